"""One thing in a table changed: how, whether the reader notices, whether anything printed tells."""
