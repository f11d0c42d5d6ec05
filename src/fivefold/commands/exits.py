"""With which status a command ends, and what that says."""

EXITS = {
    0: "done",
    1: "reproduce: some score differs; or what reads the output has left",
    2: "something is wrong with what was asked, or with the data; the last line says what to do",
    3: "run --better-than, --require: the model is not what was asked for; nothing is deployed",
    130: "Ctrl-C",
}
"""What each status says."""
