"""Configuration that code reads, and the options that programs take."""
