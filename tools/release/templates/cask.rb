cask "ortop" do
  arch arm: "arm64", intel: "amd64"
  os macos: "darwin", linux: "linux"

  version "{{.Version}}"
  sha256 arm:          "{{sum (.File "darwin" "arm64")}}",
         intel:        "{{sum (.File "darwin" "amd64")}}",
         arm64_linux:  "{{sum (.File "linux" "arm64")}}",
         x86_64_linux: "{{sum (.File "linux" "amd64")}}"

  url "{{.Download}}/ortop_#{version}_#{os}_#{arch}.tar.gz"
  name "ortop"
  desc "Shows what is left of OpenRouter credits, and when they run out"
  homepage "{{.Home}}"

  folder = "ortop_#{version}_#{os}_#{arch}"
  binary "#{folder}/ortop"
  manpage "#{folder}/ortop.1"
  bash_completion "#{folder}/completions/ortop.bash"
  zsh_completion "#{folder}/completions/_ortop"
  fish_completion "#{folder}/completions/ortop.fish"

  # The program is not notarised by Apple; its checksum was compared.
  postflight do
    if OS.mac?
      system_command "/usr/bin/xattr", args: ["-dr", "com.apple.quarantine", "#{staged_path}/#{folder}/ortop"]
    end
  end

  zap trash: [
    "~/Library/LaunchAgents/ortop.collect.plist",
    "~/Library/Logs/ortop.log",
  ]
end
