"""What to do about a finding: a sentence for each code that may be a warning or serious.

Settings are named as Python has them; who speaks to the shell says them in flags. The page of
findings, `fivefold explain` and the verdict of a run say these sentences.
"""

from collections.abc import Mapping

_LINES = """\
target_missing: Collect(missing=) says which texts are missing; other rows want a target
target_leakage: Collect(drop=) leaves out what is known only with the answer
mostly_missing: look why cells are empty; Collect(drop=) if nobody will fill them in later either
bad_cells: mend these cells, or Collect(on_bad_value="error") to stop at the first
infinite: mend these cells, or name what stands for missing with Collect(missing=)
empty_column: nothing, unless it should be filled; then look at how the table was written
id_column: nothing if it is an id; else Collect(kinds=) keeps it
nested_column: spread its lists or mappings over columns of their own
wide_integers: subtract the smallest value, or Collect(kinds=) as categories if they are names
unread_type: give its values as numbers, texts or dates
ambiguous_numbers: Collect(decimal=, thousands=) says how its numbers are written
number_like: write its numbers in one form, or Collect(kinds=) says that they are categories
ambiguous_dates: Collect(date_format=) says which comes first, day or month
date_like: write its dates in one format, or pass that with Collect(date_format=)
date_column: Collect(time=) if the model is to predict rows later than those it learnt from
group_column: Collect(group=) if it is to predict groups that it has not seen
duplicate_rows: leave copies out, or draw the test rows anew without test_source=
imbalance: read precision, recall and ROC-AUC in place of accuracy; Train(class_weights="balanced")
group_across_parts: draw the parts anew by Collect(group=), or say that groups are known
classes_of_numbers: Collect(task="regression") if 2 lies between 1 and 3
spike: Collect(missing=) by column if that value means that nobody knows it
capped: ask what lies beyond the end; a target may be predicted below it only
missing_by_class: find out why cells are missing; Collect(drop=) if who knows the answer fills them
unequal_lengths: give one label for each position of a row
mask_sizes: give masks in the size of their picture
empty_masks: look whether these masks were ever drawn, and leave their rows out if not
unknown_ids: Collect(classes=) names every id, with None for what is no class
spellings: Clean() between Collect and Preprocess makes them one
extreme_values: if these are errors, Clean(bounds=) between Collect and Preprocess drops them
unmatched_keys: look whether keys are written alike in both sources
before_history: nothing, if these rows really come first; else join more of the past
joined_later: Join(time=) joins what was known at the moment of a row
target_not_joined: rename it in its source if it is known when rows are to be answered
not_joined: put what these cells hold into columns of numbers or words
labels: have more rows labelled at random, as only these judge a model
people_differ: have one person settle these items
lost_labels: give the source as it was labelled, or Label(by=) a column that stays
agreement: write down in Label(guide=) what people disagree about, and have it labelled again
function_accuracy: mend or leave out functions that people contradict
functions_unmeasured: have rows drawn at random labelled by people
stray_answers: let functions answer with one of the classes, or None
training_unwelcome: ask these hosts, or leave their pages out
personal_data: Collect(drop=) leaves columns out, Scrape(mask=True) masks it in texts
encoding: Collect(encoding=) says what it is; or save the text as UTF-8
damaged_text: take the file from where it came from once more
unpaired: give pictures and their masks the same names
stray_images: put each file below the folder of its class
files_not_there: Collect(root=) says below which folder these files are
files_without_target: nothing; give a file with its target if it is to judge
other_files: keep files of one kind in a folder
unreadable_images: open one of them with another program; leave them out or replace them
unreadable_masks: open one of them with another program; replace it
unreadable_sounds: open one of them with another program; leave them out or replace them
unreadable_videos: open one of them with another program; leave them out or replace them
wide_pictures: give series as (rows, steps, channels)
unreadable_texts: save them as UTF-8
unreadable_series: open one of them with another program; leave them out or replace them
varying_columns: write them as numbers, if they are to be channels of the series
absent_steps: look why steps are absent; fill in those that are known
rows_in_no_part: Split(by="group") or Split(by="time") leaves fewer rows out than both
positions_apart: give one label for each position of a row
transcript_too_long: look at how these rows were cut, or leave them out
unseen_letters: have training rows with these letters, or write the transcripts without
truncated_texts: Preprocess(text_length=) reads more words, truncation= other ones
cut_sentences: Preprocess(text_length=) reads more words
cut_sequences: Preprocess(sequence_length=) reads more symbols
foreign_symbols: look whether these are sequences of the alphabet that Collect found
still_clips: look whether these files are whole; Collect(kinds=) as pictures if all are still
shortened_series: Preprocess(series_length=) reads more steps
gaps_in_series: look why numbers are missing; fill in those that are known
truncated_sounds: Preprocess(sound_length=) reads more seconds
interrupted: train again, or resume from the checkpoint, for the rest of the epochs
diverged: Train(lr=) a tenth of what it was, or Train(clip=1.0)
stopped: look at why the callback ended training
few_validation_rows: Split(valid=) more rows, or Evaluate(folds=5)
no_validation_rows: Split(valid=0.16) draws some
dead_units: Train(lr=) a tenth of what it was, or a norm layer before them
exploding_gradients: Train(clip=1.0), or Train(lr=) a tenth of what it was
privacy_of_weights: Preprocess(bounds=) says ranges in place of training rows; judge the rest
privacy_of_folds: give away the deployed network alone, or leave folds= out
noise_from_seed: leave Privacy(seeded=) out before a model is given away
estimator_warned: scale its columns or let it iterate longer, as it says
group_thresholds: ask whether answers may depend on the group, by law and by reason
many_odd: Train(clean=True) learns from rows that are known to be usual
few_test_groups: Evaluate(folds="groups") judges by each group in turn
too_few_test_rows: Evaluate(folds=5) judges by more rows
unseen_labels: Split(by="stratified") has rows of each class in each part; or collect more of them
untested_labels: have test rows with these classes
duplicates_across_parts: leave copies out of the given test rows, or let Split draw them
rare_classes: collect more rows of them, or join them to another class with Clean(merge=)
predicts_target: look whether the target, or a copy, was among what the model read
prediction_column: nothing, if the model does not read them
other_scale: look whether both are in one unit, and whether a logarithm was taken
other_class: pass the probabilities of the positive class, or positive= names the other one
label_errors: have a person look at these rows; ff.relabel(pipeline) lists all that are in doubt
drift: ask what changed between the two; judge by rows like those to come
poor_calibration: Train(calibrate=) maps them by rows kept for it; else they are no frequencies
more_alarms: set the threshold by rows like those to come
coverage_by_few: Split(valid=) more rows, or Evaluate(coverage=) asks for less
low_coverage: ask what changed between the two; draw validation rows like those to come
learnt_threshold: Train(hold_back=True) keeps validation rows for the threshold
weak_subgroup: look at these rows; collect more of them, or do not use the model there
unequal_groups: look how their rows came to be; Reweigh(columns=) before Train may help
shortcut: look whether what is asked for is there; cut that area off, or mask it, in every row
overconfident_outside: refuse rows outside the range that the contract tells, or find odd ones first
fragile: train on rows as they will come; Train(augment=) disturbs pictures and sounds in training
memorised: fewer epochs, a smaller network or more rows; do not hand it out where rows are people
overfitting: more rows, or a smaller network; the score on test rows is the one to trust
baseline_wins: use the simple model, which is better and easier to serve
no_better_than_constant: do not use it; look whether the columns can tell the target at all
split_ignores_time: Collect(time=) divides by date; believe the lower score until then
split_ignores_group: Collect(group=) keeps groups on one side; believe the lower score until then
near_copies_across_parts: ask where copies come from; Collect(group=) keeps them on one side
relatives_across_parts: Split(similar=) keeps relatives on one side; believe the lower score
looks: judge the last model by rows that no other one was scored on
few_effective_rows: believe the interval of weighted scores, and have more rows of large weight
not_worse: judge both by rows that neither learnt from
source_changed: run the pipeline again to train on the source as it is
replayed_here: put the class into a file, so that a fresh process can load it
"""

ADVICE: Mapping[str, str] = {
    code: f"{line[:1].upper()}{line[1:]}."
    for code, line in (entry.split(": ", 1) for entry in _LINES.splitlines())
}
"""What to do, by code.

Example:
    >>> ADVICE["overfitting"]
    'More rows, or a smaller network; the score on test rows is the one to trust.'
"""
