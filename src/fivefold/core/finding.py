"""Facts that fivefold finds: the one list of codes, and what makes a finding of one.

docs/findings.md is made from it, by docs/make_findings.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

Severity = Literal["note", "warning", "serious"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fact worth a person's attention.

    Args:
        code: a stable snake_case name, `target_leakage` for one.
        severity: `note` informs, `warning` deserves a look, `serious` makes a score untrustworthy.
        sentence: the fact in one sentence of plain words, with its numbers.
        numbers: the evidence as JSON values (counts, scores, names of columns).
        stage: who found it.

    Example:
        >>> Finding(code="constant", severity="note", sentence="Column `a` is 1 everywhere.").code
        'constant'
    """

    code: str
    severity: Severity
    sentence: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    stage: str = ""

    def __str__(self) -> str:
        return self.sentence


CATALOGUE = """\
Collect
rows: note: how many rows are usable, and what columns there are
target_missing: warning: rows without a target, and the texts that stand for missing in them
target_leakage: serious: columns that tell the target, alone, together, by words, or a later one
missing_by_class: serious or warning: columns that are filled for some answers only
missing: note: where values are missing
mostly_missing: warning: columns in which more than half of the values are missing
null_tokens: note: texts that were read as missing: `?`, `NA` and the like
bad_cells: warning: stray cells that are not of their column's kind; they became missing
infinite: warning: infinite numbers; they became missing
empty_column: warning: a column without any value; left out
constant: note: a column with one value everywhere; left out
duplicate_column: note: a column that equals another in every row; left out
row_number: note: a column that only counts the rows; left out
id_column: warning: a column with a different value in nearly every row; left out if surely an id
nested_column: warning: a column of lists or mappings; left out
extra_columns: note: columns that only the source or only the test source has; left out
correlated_columns: note: columns of numbers that nearly tell one another, by their order
same_information: note: two columns that tell each other, value for value
wide_integers: warning or note: whole numbers beyond 2**53 of which float64 makes some equal
high_cardinality: note: a column with very many categories
unread_type: warning: a column of a type that no kind reads, complex numbers for one; left out
number_form: note: numbers with a decimal comma, thousands, a currency or per cent; the form is kept
ambiguous_numbers: warning: numbers that fit two forms: `1,234` is 1234, or 1.234 beside semicolons
number_like: warning: numbers in no one form, of two currencies or with strays; read as categories
ambiguous_dates: warning: dates that fit two formats, day first or month first
date_like: warning: dates that no one format reads; categories or text
date_column: warning or note: rows are dated, and time does not divide them, or the source does
group_column: warning: a column that seems to name groups of rows, drawn regardless of it
group_across_parts: warning: groups of rows on both sides of parts that the source gives
duplicate_rows: note or warning: rows with equal inputs, and how many of them are given test rows
classes_of_numbers: warning or note: a target of a few whole numbers, which are read as classes
imbalance: note or warning: classes of very different size
unequal_lengths: warning: rows with another number of labels than positions, which are not used
mask_sizes: warning or note: masks of another size than their picture; by proportions used or not
empty_masks: warning or note: masks whose pixels are all ignored, or all of the commonest class
unknown_ids: warning: ids in masks that `classes=` does not name, and names that no mask has
spellings: warning or note: words spelt in several ways, rare texts that may be slips
spike: warning or note: a value that far more rows have than any beside it, 0 or -999 for one
capped: warning: an end that many rows have, as where what lies beyond was set to it
extreme_values: warning: a few numbers far beyond all others
rows_in_order: note: rows in the order of a column of numbers, which may be their time
sorted_by_target: note: rows sorted by the target
joined: note: a source that was joined: how many rows found something, how much of it travels
join_key: note: a key of many values, by which a source is joined; left out
unmatched_keys: note or warning: rows whose key a joined source lacks, or that have none
duplicate_keys: note: rows of a joined source that repeat another of the same key
rows_without_key: note: rows of a joined source without a key or a moment; left out
before_history: note or warning: rows of which a joined source knows nothing by then
same_moment: note: rows of a joined source of the very moment of a row, which are not joined
joined_later: warning: a source joined without a time whose dates are later than those of the rows
target_not_joined: warning: a column of a joined source that is called as the target; left out
not_joined: warning: a column of a joined source whose cells are files or series; left out
pages_left_out: note: pages of the web that were not read or not kept, by reason
pages_waiting: note: pages of the web that are known and were not read yet
pages_without_cells: note: pages of the web on which nothing was selected; no rows
repeated_rows: note: rows of an interface that came twice, by `key`; the first of each is kept
training_unwelcome: warning: hosts whose robots.txt keeps away who gathers pages to train models
guessed_charset: note: pages of the web whose character set nothing says
near_copies: note: rows whose texts are copies but for a few words; kept on one side
files_not_read: note: files that cells name and that could not be read; missing
personal_data: warning: columns and texts that point to people: names, addresses, numbers, cards
no_header: note: the first line of a text is a row
encoding: warning: a text that is not UTF-8
damaged_text: warning: a text with a few bytes that are no UTF-8; replaced (of Stata Latin-1)
comment_lines: note: lines after `#` above the rows; left out
parts_left_out: note: lines of a CoNLL file with more parts than a word and its label
plain_lines: note: columns that blanks set, or lines that all end in `;` beside another delimiter
trailing_delimiters: note: rows that end in empty fields which the header lacks; left out
row_names: note: a first column of row names that the header does not name, as R writes it
escaped_quotes: note: quotes and delimiters that a backslash makes letters
unpaired: warning: pictures without a mask, or masks without a picture; left out
stray_images: warning: images, sounds or texts outside class folders; left out
files_not_there: warning: texts that name files which are not below the folder of their table
files_by_number: note: a table whose whole numbers name files
rows_unordered: note: a query that says no order, so that another run may divide rows otherwise
parts_by_name: note: files whose names say which rows are learnt from and judged by, `train.csv`
parts_by_column: note: a column `split` or so that says which rows are learnt from and judged by
files_without_target: warning: files that are to be judged by and lack the target; left out
frames_as_clips: note: folders of numbered pictures, each of which is read as a clip
other_files: warning: files of another kind than most in a folder; left out
unreadable_images: warning: images that could not be read; not used
unreadable_masks: warning: masks that could not be read; their rows are not used
unreadable_sounds: warning: sounds that could not be read; not used
unreadable_videos: warning: clips that could not be read; not used
no_rate: note: sounds that say no rate, and the one that they are taken to be at
wide_pictures: warning: floats that are read as pictures, much wider than high
unreadable_texts: warning: files of a folder of texts that are none; not used
unreadable_series: warning: series that could not be read; not used
rolled_up: note: a long table whose rows became series: how many, of which channels
varying_columns: warning: columns that vary within series and are no numbers; left out
windows: note: a table of steps that was cut into windows: of how many series, how long
absent_steps: note or warning: steps of a series that the table has no row for
unused_columns: note: columns that vary within series and are not said to be known
resampled: note: sounds of other rates than their column's, which are brought to it
Label
labels: note, warning or serious: how many rows have a label, by whom, and how many judge a model
people_differ: warning: items of which people say different things; not used until one settles them
lost_labels: warning: labels of rows that are not there, or of no class; left out
agreement: note or warning: how far people agree on what two or more labelled
self_agreement: note: whether people say the same of an item that is shown again
function_accuracy: note or warning: how often functions are right where people labelled at random
functions_conflict: note: functions that say something else than another one
functions_unmeasured: serious: rules that nothing judges, and that are taken at their word
stray_answers: warning: answers of functions that are no label; left out
Preprocess
reweighed: note: training rows that count so that groups have each class equally often
columns_chosen: note: a wide table, of whose columns those are read that training rows chose
rows_in_no_part: warning or note: usable rows in no part, as if drawn by group and time
positions_apart: warning or serious: training rows with another number of labels than of positions
transcript_too_long: warning or serious: rows with fewer steps than their transcript needs
unseen_letters: warning: letters of transcripts that validation or test rows have, no training row
truncated_texts: note or warning: texts with more words than are read: how many, what is not read
terms_left_out: note: texts with more different words and n-grams than the linear model is given
cut_sentences: note or warning: sentences with more words than are read: how many
cut_sequences: note or warning: sequences with more symbols than are read: how many
foreign_symbols: note or warning: sequences with symbols outside their alphabet, read as any
mixed_sizes: note: pictures of other sizes than what a network is given, and how they are fitted
mixed_lengths: note: clips of more or fewer frames than are read, and what becomes of them
still_clips: note or warning: clips of one frame
shortened_series: note or warning: series with more steps than a network reads
gaps_in_series: note or warning: missing numbers in series, and how they are filled in
truncated_sounds: note or warning: sounds longer than what is read: how many, what is not read
Train
interrupted: warning: training was stopped by hand; the best weights so far were kept
diverged: serious: a loss became infinite or no number; the best weights before that were kept
time_limit: note: the time limit ended training before the last epoch
stopped: note or serious: a callback ended training, and why; before the first step or later
still_improving: note: the last epoch was the best one
few_validation_rows: warning: the epoch was chosen by few rows
no_validation_rows: warning: nothing chose the epoch
dead_units: warning: most units of an activation give the same for every training row
exploding_gradients: warning or note: gradients rose far above what they were before
privacy_spent: note: epsilon and delta that a private training spent of a training row
privacy_of_weights: warning: what else knows training rows, which the epsilon of weights leaves open
noise_from_seed: serious: the noise of a private training can be drawn again by who knows the seed
estimator_warned: note or warning: an estimator warned while it was fitted, or took no weights
group_thresholds: warning: groups are answered by thresholds of their own, by validation rows
many_odd: warning: more training rows are known to be odd than are left out
Evaluate
too_few_test_rows: warning or serious: the test part is too small for the score to say much
few_test_groups: warning: the test rows are of fewer than five groups
unseen_labels: serious: test rows of classes that training rows lack
untested_labels: warning: classes of pixels that training rows have and no test row has
duplicates_across_parts: note or warning: test rows with the inputs of a training row
rare_classes: warning: classes with few training rows
label_errors: warning: labels that are likely wrong: how many, and which are least believed
drift: warning: test rows differ from training rows, in columns or in how these go together
predicts_target: warning or serious: predictions made elsewhere that are right to the last digit
prediction_column: warning: columns of test rows that hold the predictions; left out
other_scale: warning: predicted numbers that follow the target on another scale
other_class: serious: probabilities that rank two classes the wrong way round
poor_calibration: warning: probabilities stray from what comes true, beyond what chance explains
calibrated_by_few: note: too few rows were kept for the map that probabilities go through
more_alarms: warning: usual test rows raise more alarms than were stated
coarse_threshold: note: too few held-out rows for a threshold at so small a rate of false alarms
threshold_by_few: note: rows that stopped training chose the threshold too, as there are few
coverage_by_few: warning: too few rows were kept for the coverage that was asked for
low_coverage: warning: the truth of fewer test rows is held than chance explains
coverage_over_time: note: intervals or sets after a division by time, which promises nothing
learnt_threshold: warning: the rows that set the threshold of alarms were learnt from
weak_subgroup: warning: a group is predicted worse than the model promises, or a simple one does
unequal_groups: warning or note: groups that were asked for are answered, or answered right, apart
carried_by: note: rows mix kinds; the score where the table, a text or a picture is another row's
shortcut: warning: much hangs on a corner, the border, one word or the first moment of a cell
overconfident_outside: warning: test rows outside what training rows hold; sure there, and wrong
fragile: warning: a disturbance that people would hardly notice costs much of what the model knows
memorised: warning: the model betrays which rows it learnt from, by how little it errs on them
overfitting: warning: training rows are predicted much better than test rows
baseline_wins: warning: a simple model is better than the model on the same rows
privacy_of_folds: warning: what networks of folds tell of rows beside a private one
no_better_than_constant: serious: the model cannot be told from a constant answer
split_ignores_time: warning, note or serious: dates did not decide the split; the score both ways
split_ignores_group: warning or serious: groups on both sides of the split; the score both ways
near_copies_across_parts: warning: test rows whose numbers, text or picture are nearly one learnt
relatives_across_parts: warning or serious: test rows alike to training rows; the score both ways
looks: note, warning or serious: these test rows were scored before, by so many other models
few_effective_rows: warning: test rows of such unlike weights that they count as fewer than half
Deploy
not_worse: note or warning: beside the bundle that it replaces, and what that may have learnt from
source_changed: warning: a file is no longer what was collected; no row was replayed from it
replayed_here: warning: a kind or task of your own is in no file; no fresh process answered
no_raw_graph: note: there is no graph for raw values, and why
rows_not_replayed: note: test rows that could not be replayed
"""
"""By stage a line a code: the severities that it may have, the usual one first, and its meaning."""


class Entry(NamedTuple):
    """What is known of a code: who looks for it, the severities it may have, what was noticed."""

    stage: str
    severities: tuple[Severity, ...]
    told: str


def _read() -> dict[str, Entry]:
    entries, stage = {}, ""
    for line in CATALOGUE.splitlines():
        if ": " not in line:
            stage = line
            continue
        code, severities, told = line.split(": ", 2)
        listed = severities.replace(" or ", ", ").split(", ")
        entries[code] = Entry(stage, cast(tuple[Severity, ...], tuple(listed)), told)
    return entries


FINDINGS = _read()  # what each code means, in the order of the stages


def finding(
    code: str, sentence: str, severity: Severity | None = None, /, **numbers: object
) -> Finding:
    """A finding of a code that is in the catalogue.

    Args:
        code: one of `FINDINGS`.
        sentence: the fact, with its numbers.
        severity: one that its entry has; the usual one if None.
        numbers: the evidence as JSON values.

    Example:
        >>> finding("constant", "Column `a` is 1 everywhere.", column="a").severity
        'note'
    """
    stage, severities, _ = FINDINGS[code]
    severity = severity or severities[0]
    assert severity in severities, f"{code}: {severity}"
    return Finding(code=code, severity=severity, sentence=sentence, numbers=numbers, stage=stage)


def personal_columns(findings: Iterable[Finding]) -> dict[str, bool]:
    """Columns in which personal data was found, and whether all their cells are such.

    Example:
        >>> told = {"columns": {"surname": {"name": {"cells": 9, "of": 9}}}}
        >>> personal_columns([finding("personal_data", "Names.", **told)])
        {'surname': True}
    """
    found: dict[str, bool] = {}
    for one in findings:
        for name, kinds in one.numbers["columns"].items() if one.code == "personal_data" else ():
            counted = [held for held in kinds.values() if isinstance(held, Mapping)]
            whole = any(held.get("cells") == held.get("of") for held in counted)
            found[name] = found.get(name, False) or whole
    return found
