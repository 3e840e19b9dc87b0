"""Pure tables and models: bytes and options in, a fitted model or predictions out; no clock, environment or network.

From the bottom up, each folder knowing only those above it in this list:

- `frame`: parsed rows, the noun that all share;
- `records`: bytes of a CSV as records and cells;
- `cells`: what a cell means, and rows read the way training fixed;
- `schema`: what the columns of a training file are, and the target;
- `encoding`: rows as the matrix that an estimator sees;
- `estimators`, `estimates`: how one is built and fitted, and what that will take;
- `model`, `plan`: the fitted model, and its compiled form that answers online;
- `training`, `scoring`: the two stories.

To train, as `training/train.py` does::

    table = dataset.read_table(path, limits)                       # -> Table: names, rows, line_of(row)
    name = target.target_column(table, options.target_column, dropped=options.columns_to_drop)
    reader = infer(table, target=name, dropped=options.columns_to_drop)     # -> Reader (.notes, .left_out)
    frame = reader.parse(table)                                    # -> Frame, all rows of the table
    training = frame.take(split.training)                          # positions in the table
    encoder = Encoder.fit(reader, training, limits)                # learns from the training rows only
    matrix = encoder.transform(training)                           # float64, C order, finite, (rows, encoder.width)
    model = FittedModel(schema, reader, encoder, scaling, estimator, holdout_rows)

Classifiers are fitted on positions in `labels`; `FittedModel.predict(frame)` gives labels back.

To score::

    tally = Tally()
    for part in score_csv(model, source, limits=limits, tally=tally, options=ScoreOptions(...)): write(part)
    predictions = score_rows(model, rows_from_json(payload), tally=tally)   # .values, .probabilities
    tally.rows, tally.missing, tally.coerced, tally.top_unseen(), tally.notes   # for summary.json
"""
