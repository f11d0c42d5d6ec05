// A cell that is one number, or a truth value, as numeric.py and boolean.py read it.
codecs.number = (column) => ({ read: numbersReader(column, numberOf), encode: (value) => [value] });
codecs.truth = (column) => ({ read: numbersReader(column, truthOf), encode: (value) => [value] });
