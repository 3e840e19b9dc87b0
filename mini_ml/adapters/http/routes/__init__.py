"""Routes shared by several services, so that links in their responses work on each of them."""
