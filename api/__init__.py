"""The edge: HTTP, the page, the command line and the store. Translate, store, show."""
