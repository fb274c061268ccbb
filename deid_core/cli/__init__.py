"""The command line ``deid-core``: each command in a module of its own, loaded when called."""
