package config

// list is a kind of table that stands in the file any number of times.
type list struct {
	name, article string
	settings      []string
	length        func(*Config) int
	grow          func(*Config)
	set           func(c *Config, i int, name string, v value) error
}

var lists = []*list{
	listOf("accounts", "an", accountSettings, func(c *Config) *[]Account { return &c.Accounts }),
	listOf("alerts", "an", alertSettings, func(c *Config) *[]Alert { return &c.Alerts }),
	listOf("channels", "a", channelSettings, func(c *Config) *[]Channel { return &c.Channels }),
	listOf("packages", "a", packageSettings, func(c *Config) *[]Package { return &c.Packages }),
}

func listOf[T any](name, article string, of settings[T], in func(*Config) *[]T) *list {
	return &list{
		name: name, article: article, settings: of.names(),
		length: func(c *Config) int { return len(*in(c)) },
		grow:   func(c *Config) { *in(c) = append(*in(c), *new(T)) },
		set:    func(c *Config, i int, name string, v value) error { return of[name](&(*in(c))[i], v) },
	}
}

func findList(name string) *list {
	for _, l := range lists {
		if l.name == name {
			return l
		}
	}
	return nil
}

func listNames() []string {
	var names []string
	for _, l := range lists {
		names = append(names, l.name)
	}
	return names
}
