"""Texts about what a model looks at, its worst errors, its limits and what its figures leave out, in both languages."""

from collections.abc import Mapping
from typing import Final

EXPLANATION_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    # ---------------------------------------------------------------- effects
    "importance": ("What it looks at", "O que ele observa"),
    "importance_text": (
        "How much worse the model gets on hold-out rows when the cells of one column are shuffled, with 95\u00a0% "
        "intervals. A column whose interval contains 0 may not matter. Columns that say the same share their "
        "importance.",
        "O quanto o modelo piora nas linhas separadas quando as células de uma coluna são embaralhadas, com "
        "intervalos de 95%. Uma coluna cujo intervalo contém 0 pode não importar. Colunas que dizem o mesmo dividem "
        "a importância.",
    ),
    "importance_title": ("Importance of the columns", "Importância das colunas"),
    "importance_desc": ("The most important: {names}", "As mais importantes: {names}"),
    "importance_cut": (
        "The {shown} most important of {number} columns.",
        "As {shown} mais importantes de {number} colunas.",
    ),
    "increase_log_loss": ("increase of the log loss", "aumento da perda logarítmica"),
    "increase_wrong": ("increase of the share of wrong labels", "aumento da parte de rótulos errados"),
    "decrease_r2": ("decrease of R²", "queda do R²"),
    "dependence": ("How it uses the most important columns", "Como ele usa as colunas mais importantes"),
    "dependence_text": (
        "The mean prediction of hold-out rows when all of them get the same value in one column. It shows what the "
        "model does, not what causes what.",
        "A previsão média das linhas separadas quando todas recebem o mesmo valor em uma coluna. Mostra o que o "
        "modelo faz, não o que causa o quê.",
    ),
    "dependence_desc": ("Between {low} and {high}.", "Entre {low} e {high}."),
    "mean_probability": ("mean probability", "probabilidade média"),
    "mean_probability_of": ("mean probability of {label}", "probabilidade média de {label}"),
    "mean_prediction": ("mean {name}", "{name} em média"),
    "missing_cell": ("(missing)", "(faltando)"),
    "lines_cut": ("The {shown} of {number} labels that change most.", "Os {shown} de {number} rótulos que mais mudam."),
    # ---------------------------------------------------------------- worst errors
    "worst": ("Worst errors", "Piores erros"),
    "worst_text": (
        "Hold-out rows that the model predicts worst. Wrong labels in the data are often among them.",
        "As linhas separadas que o modelo prevê pior. Rótulos errados nos dados costumam estar entre elas.",
    ),
    "line": ("Line of the CSV", "Linha do CSV"),
    "actual": ("Actual", "Real"),
    "loss_log": ("Loss (−log of the probability)", "Perda (−log da probabilidade)"),
    "loss_absolute": ("Absolute error", "Erro absoluto"),
    # ---------------------------------------------------------------- limits of use
    "limits": ("Limits of use", "Limites de uso"),
    "limit_unmeasured": (
        "It was not measured: nothing is known about how good it is.",
        "Não foi medido: nada se sabe sobre quão bom ele é.",
    ),
    "limit_few_rows": (
        "Only {number} rows measured it, so the metrics are rough. Look at the intervals.",
        "Apenas {number} linhas o mediram, por isso as métricas são aproximadas. Veja os intervalos.",
    ),
    "limit_baseline": (
        "It is not better than the baseline by {names}.",
        "Não é melhor que a referência por {names}.",
    ),
    "limit_rare": (
        "Labels with fewer than 10 hold-out rows, about which little is known: {names}.",
        "Rótulos com menos de 10 linhas separadas, sobre os quais pouco se sabe: {names}.",
    ),
    "limit_unbalanced": (
        "“{label}” has {share} of the training rows. Accuracy says little here; look at balanced accuracy and at the "
        "confusion matrix.",
        "“{label}” tem {share} das linhas de treinamento. A acurácia diz pouco aqui; veja a acurácia balanceada e a "
        "matriz de confusão.",
    ),
    "limit_refit": (
        "The published model was fitted again on all rows; the metrics are of the same model fitted without the "
        "hold-out rows.",
        "O modelo publicado foi treinado de novo com todas as linhas; as métricas são do mesmo modelo treinado sem "
        "as linhas separadas.",
    ),
    "limit_random_split": (
        "Random rows were held out. If later rows differ from earlier ones, the model is worse on them; train with "
        "`time_column` to measure that.",
        "Linhas ao acaso foram separadas. Se linhas futuras diferem das antigas, o modelo é pior nelas; treine com "
        "`time_column` para medir isso.",
    ),
    "limit_ranges": (
        "Numbers and dates beyond those of the training rows are answered as if they were near them, or worse. The "
        "table of columns has the ranges.",
        "Números e datas além dos de treinamento são respondidos como se estivessem perto deles, ou pior. A tabela "
        "de colunas traz os intervalos.",
    ),
    "limit_categories": (
        "Categories that the training rows do not have are treated as “other”.",
        "Categorias que as linhas de treinamento não têm são tratadas como “outra”.",
    ),
    "limit_missing": (
        "Columns without a missing cell in training, where a missing cell is a guess: {number}.",
        "Colunas sem célula faltando no treinamento, em que uma célula faltando é um palpite: {number}.",
    ),
    "limit_causes": (
        "It finds what goes together in these data. It does not know causes, and repeats what is unfair in them.",
        "Ele encontra o que anda junto nestes dados. Não conhece causas, e repete o que há de injusto neles.",
    ),
    # ---------------------------------------------------------------- notes of the figures
    "note_sampled": (
        "Computed on {rows} rows, spread evenly over the file.",
        "Calculado em {rows} linhas, distribuídas por todo o arquivo.",
    ),
    "note_no_time": (
        "Left out: computing it would take longer than the figures of a training may.",
        "Deixado de fora: o cálculo demoraria mais do que as figuras de um treinamento podem.",
    ),
    "note_no_holdout_rows": ("No rows were held out to compute it on.", "Nenhuma linha foi separada para calculá-lo."),
    "note_no_probabilities": ("This model type has no probabilities.", "Este tipo de modelo não tem probabilidades."),
    "note_many_labels": ("Labels that are not shown: {count}.", "Rótulos que não aparecem: {count}."),
    "note_many_columns": (
        "Columns that were not measured, because they seem to decide little: {count}.",
        "Colunas que não foram medidas, porque parecem decidir pouco: {count}.",
    ),
    "note_labels_without_rows": (
        "Labels without a curve, because none of the hold-out rows has them, or all have: {count}.",
        "Rótulos sem curva, porque nenhuma linha separada os tem, ou todas têm: {count}.",
    ),
    "note_fewer_values": (
        "Of each column, only {count} categories and words are listed.",
        "De cada coluna, aparecem apenas {count} categorias e palavras.",
    ),
    "note_columns_not_listed": (
        "Columns that are not listed: {count}.",
        "Colunas que não aparecem: {count}.",
    ),
    "note_failed": (
        "Left out: the model cannot predict the rows that it needs.",
        "Deixado de fora: o modelo não consegue prever as linhas necessárias.",
    ),
}
"""Texts by key."""
