package cmd

const windows = true
