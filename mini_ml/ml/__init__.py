"""Pure tables and models: bytes and options in, a fitted model or predictions out; no clock, environment or network.

To train::

    table = dataset.read_table(path, limits)                       # -> Table: names, rows, line_of(row)
    target = target.target_column(table, options.target_column)    # -> str
    reader = schema.infer(table, target=target, dropped=options.columns_to_drop)   # -> Reader (.notes, .left_out)
    target.is_auto_classification(table, target, reader.decimal)   # -> bool
    classes = target.classification_target(table, target)          # -> ClassTarget(rows, codes, labels, without_target)
    numbers = target.regression_target(table, target, reader.decimal)   # -> NumberTarget(rows, values, without_target)
    frame = reader.parse(table)                                    # -> Frame, all rows of the table
    training = frame.take(training_rows)                           # positions in the table
    encoder = features.Encoder.fit(reader, training, limits)       # learns from the training rows only
    matrix = encoder.transform(training)                           # float64, C order, finite, (rows, encoder.width)
    scaling = Scaling.fit(matrix, "standard" | "unit") | None      # optional; scaling.apply(matrix)
    described = describe.model_schema(reader, encoder, training, task=, labels=, probabilities=)   # contracts.Schema
    model = FittedModel(described, reader, encoder, scaling, estimator, holdout_rows)
    model = model.rehearsed(frame.take(holdout_rows))              # a forest's few rows without its thread pool

Classifiers are fitted on `classes.codes` (positions in `labels`); `FittedModel.predict(frame)` gives labels back.

To score::

    tally = Tally()
    for part in scoring.score_csv(model, source, limits=limits, tally=tally, options=ScoreOptions(...)): write(part)
    predictions = scoring.score_rows(model, rows.rows_from_json(payload), tally=tally)   # .values, .probabilities
    tally.rows, tally.missing, tally.coerced, tally.top_unseen(), tally.notes            # for summary.json
"""
