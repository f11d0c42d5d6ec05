"""What the shell says of settings otherwise than their fields and docstrings do."""

NAMED = {
    ("Deploy", "path"): "--to",
    ("Deploy", "require"): "--require-answers",
    ("Train", "clean"): "--usual-only",
    ("Derive", "formulas"): "--derive",
    ("Reweigh", "columns"): "--reweigh",
    ("Equalise", "column"): "--equalise",
    ("Pretrained", "source"): "--pretrained",
}
"""Flags that are called otherwise than their setting."""

PREFIXED = ("Clean", "Derive", "Reweigh", "Pretrained", "Privacy", "Equalise")
"""Whose flags begin with the name of the stage, `--clean-bounds`: there is one only if asked."""

WORDS = {
    ("Equalise", "column"): "a column whose groups are answered by thresholds of their own",
    ("Split", "test"): "test rows: a fraction of all, or names of groups, `chr8`",
    ("Train", "model"): "a built-in network by its name, `mlp`; None is what suits the columns",
    ("Train", "callbacks"): "classes derived from Callback, by their names in a file of --with",
    (
        "Pretrained",
        "source",
    ): "begin with these weights: a bundle, a folder, hf:org/name@revision, word vectors, tensors",
    ("Pretrained", "into"): "the network of a file of tensors: timm:resnet18, torchvision:resnet18",
    ("Pretrained", "strict"): "whether such a file must have what the network has, but its head",
    (
        "Evaluate",
        "require",
    ): "what must hold, or nothing is deployed and the status is 3: a score by "
    "the worse end of its interval, roc_auc=0.9 or 'log_loss<0.3'; no finding, leak=none",
    ("Clean", "bounds"): "the least and the largest number of a column, age=0,120; none is no "
    "bound; training rows beyond are left out",
    ("Derive", "formulas"): "a column made of others, area='w * h'; repeatable, in order",
    (
        "Reweigh",
        "columns",
    ): "columns whose groups are to have each class equally often, as training rows count",
    ("Deploy", "path"): "write the model there, ready to be served; `models/a/` is a folder",
    ("Deploy", "format"): "`onnx` holds a graph that needs no torch, `torch` holds weights only",
}
"""What is said of settings that are more in Python than in the shell."""

METAVARS = {
    **dict.fromkeys((("Deploy", "path"), ("Deploy", "better_than")), "BUNDLE"),
    **dict.fromkeys((("Collect", "test_source"), ("Deploy", "datasheet")), "FILE"),
    ("Deploy", "card"): "FILE",
    ("Collect", "root"): "FOLDER",
    **dict.fromkeys((("Preprocess", "like"), ("Pretrained", "source")), "WEIGHTS"),
    ("Pretrained", "into"): "LIBRARY:NAME",
    **dict.fromkeys((("Clean", "columns"), ("Reweigh", "columns")), "COLUMN[,..]"),
    ("Evaluate", "sensitive"): "COLUMN[,..]",
    **dict.fromkeys((("Clean", "bounds"), ("Preprocess", "bounds")), "COLUMN=LOW,HIGH"),
    ("Clean", "merge"): "COLUMN:TEXT=TEXT",
    ("Derive", "formulas"): "COLUMN=FORMULA",
    ("Derive", "tables"): "TABLE:TEXT=VALUE",
    ("Derive", "kinds"): "COLUMN=KIND",
    ("Evaluate", "require"): "NAME=X|NAME<X|NAME=none",
    ("Evaluate", "threshold"): "X|f1|youden|NAME=X|TRUE:ANSWERED=X",
    ("Train", "model"): "NAME",
    ("Equalise", "column"): "COLUMN",
}
"""What stands for a value that its type does not tell."""

APART = {("Deploy", "require")}
"""Settings of a name that another stage has too."""

ALONE = {"Clean": "--clean"}
"""Flags that say a stage as it is, with no setting."""

SAID_OTHERWISE = {
    *(("Collect", setting) for setting in ("source", "join", "parameters")),
    ("Pretrained", "freeze"),
    ("Train", "privacy"),
}
"""Settings that have a form of their own in the shell."""
