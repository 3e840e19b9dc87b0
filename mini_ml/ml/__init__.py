"""Train and score models: pure functions from bytes and options to models and predictions.

Nothing here uses a clock (training is handed one), the environment or the network. The packages from the bottom layer
up; each imports only from packages listed above it:

- `notices`, `frame`: parsed rows, and which cells were not read as written; used by every other package;
- `records`: split the bytes of a CSV into records and cells;
- `cells`: parse cells into values, in the formats that training chose;
- `schema`: choose the kind and the format of each column of a training file, and read the target;
- `encoding`: turn rows into the matrix that an estimator needs;
- `estimators`, `estimates`: build and fit estimators, and estimate the time and memory of a fit;
- `model`, `plan`: the fitted model, and the scoring plan compiled from it;
- `measures`: losses and rankings of predictions, and weights for intervals;
- `profiling`: the figures of a model's report, and what later batches are compared with;
- `training`, `scoring`: the two entry points of this package.

Train, as `training/train.py` does::

    table = dataset.read_table(path, limits)                       # -> Table: names, rows, line_of(row)
    name = target_column(table, options.target_column, dropped=options.columns_to_drop)
    inferred = infer(table, target=name, dropped=options.columns_to_drop)   # -> .reader, .columns, .warnings
    frame = inferred.reader.parse(table)                           # -> Frame, all rows of the table
    rows = LabelledRows(reader=inferred.reader, frame=frame.take(split.training), target=split.training_target, ...)
    choice = choose(rows, encoder, split.fold_scheme, comparison)  # `auto`: what to fit; folds encode their own rows
    encoder, matrix = rows.encode("one_hot", seed=seed)            # float64, C order, finite, (rows, encoder.width)
    fitted = fit_estimator(configuration, matrix, rows.target, labels=rows.labels, seed=seed)
    members = (Member(encoder, fitted.scaling, fitted.estimator, weight), ...)
    model = FittedModel(schema, reader, members, holdout_rows, temperature)

Classifiers are fitted on positions in `labels`; `FittedModel.predict(frame)` returns the labels.

Score::

    tally = Tally()
    for part in score_csv(model, source, limits=limits, tally=tally, options=ScoreOptions(...)): write(part)
    predictions = score_rows(model, rows_from_json(payload), tally=tally)   # .values, .probabilities
    list_warnings(model, tally)                                    # what an analyst would want to know
"""
