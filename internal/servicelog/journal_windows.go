package servicelog

import "os"

func toJournal(*os.File) bool { return false }
