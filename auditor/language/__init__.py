"""Small languages that several formats share: pure functions over text."""
