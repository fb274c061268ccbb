"""What ``deid-core plugin new`` writes: a working package, from the templates beside this.

A template is a file whose ``$names`` are filled in, as `string.Template` does it. Each kind of plugin
has a folder; what a kind does not have is taken from ``common``.
"""
