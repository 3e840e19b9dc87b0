"""The texts of the page that compares two versions: in English, and in Brazilian Portuguese."""

from collections.abc import Mapping
from typing import Final

COMPARISON_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "comparison_title": (
        "{model}: versions {first} and {second} compared",
        "{model}: versões {first} e {second} comparadas",
    ),
    "comparison_heading": (
        "{model}: version {second} against version {first}",
        "{model}: versão {second} contra a {first}",
    ),
    "comparison_kicker": ("Comparison of two versions", "Comparação de duas versões"),
    "comparison_footer": (
        "Made by Mini-ML-Platform from the manifests and the hold-out predictions of both versions.",
        "Feito pela Mini-ML-Platform a partir dos manifestos e das previsões de validação das duas versões.",
    ),
    # ---------------------------------------------------------------- the verdict
    "verdict": ("Verdict", "Veredito"),
    "verdict_better": ("Version {second} is better than version {first}.", "A versão {second} é melhor que a {first}."),
    "verdict_worse": ("Version {second} is worse than version {first}.", "A versão {second} é pior que a {first}."),
    "verdict_no_difference": (
        "The difference between versions {first} and {second} may be chance.",
        "A diferença entre as versões {first} e {second} pode ser acaso.",
    ),
    "verdict_too_few_rows": (
        "No verdict: versions {first} and {second} held out {rows} rows in common, and at least {fewest} are needed.",
        "Sem veredito: as versões {first} e {second} separaram {rows} linhas em comum, e são necessárias pelo menos "
        "{fewest}.",
    ),
    "verdict_too_few_distinct": (
        "No verdict: versions {first} and {second} held out {rows} rows in common, but they repeat {distinct} "
        "different rows, and at least {fewest} different ones are needed.",
        "Sem veredito: as versões {first} e {second} separaram {rows} linhas em comum, mas elas repetem {distinct} "
        "linhas diferentes, e são necessárias pelo menos {fewest} diferentes.",
    ),
    "verdict_not_comparable": (
        "No verdict: versions {first} and {second} cannot be compared, because {obstacle}.",
        "Sem veredito: as versões {first} e {second} não podem ser comparadas, porque {obstacle}.",
    ),
    "obstacle_task": (
        "one is a classifier and the other one a regressor",
        "uma é um classificador e a outra um regressor",
    ),
    "obstacle_target": ("they predict different columns", "preveem colunas diferentes"),
    "obstacle_labels": ("they predict different labels", "preveem rótulos diferentes"),
    "obstacle_predictions": (
        "one of them has no hold-out predictions: it had too few rows, or an earlier release trained it",
        "uma delas não tem previsões de validação: tinha linhas de menos, ou foi treinada por um lançamento anterior",
    ),
    "obstacle_numbers": (
        "their predictions are too large to compute with",
        "suas previsões são grandes demais para o cálculo",
    ),
    "recognised": (
        "A row is recognised in another file by all of its cells and the names of their columns.",
        "Uma linha é reconhecida em outro arquivo por todas as suas células e pelos nomes das colunas.",
    ),
    "verdict_text": (
        "Both versions predicted {rows} rows that neither was fitted on. The first metric decides: a difference counts "
        "if its 95\u00a0% interval, from a paired bootstrap over these rows, does not contain 0.",
        "As duas versões previram {rows} linhas que nenhuma viu no treinamento. A primeira métrica decide: uma "
        "diferença conta se o seu intervalo de 95%, de um bootstrap pareado sobre essas linhas, não contém 0.",
    ),
    "differences": ("On the same rows", "Nas mesmas linhas"),
    "difference": ("Difference", "Diferença"),
    "says": ("Says", "Diz"),
    "says_better": ("better", "melhor"),
    "says_worse": ("worse", "pior"),
    "says_no_difference": ("may be chance", "pode ser acaso"),
    "version_number": ("Version {version}", "Versão {version}"),
    "difference_of": ("Difference: {metric}", "Diferença: {metric}"),
    "difference_desc": (
        "Version {second} minus version {first}: {difference}, interval {low} to {high}. {better} is better.",
        "Versão {second} menos versão {first}: {difference}, intervalo {low} a {high}. {better} é melhor.",
    ),
    "difference_lower": ("Lower", "Menor"),
    "difference_higher": ("Higher", "Maior"),
    "comparison_notes": ("What to know before you trust it", "O que saber antes de confiar"),
    "remark_metrics_disagree": (
        "The second metric ({metric}) says the opposite of the first one ({decisive}), which decides.",
        "A segunda métrica ({metric}) diz o contrário da primeira ({decisive}), que decide.",
    ),
    "remark_fitted_rows": (
        "Hold-out rows of version {version} on which version {other} was fitted, as it had the same file: {count} of "
        "{rows}. They are left out.",
        "Linhas separadas da versão {version} com as quais a versão {other} foi treinada, pois tinha o mesmo arquivo: "
        "{count} de {rows}. Ficam de fora.",
    ),
    "remark_other_rows": (
        "Hold-out rows of version {version} that version {other} did not hold out, so that it may have been fitted on "
        "them: {count} of {rows}. They are left out.",
        "Linhas separadas da versão {version} que a versão {other} não separou, e com as quais pode ter sido treinada: "
        "{count} de {rows}. Ficam de fora.",
    ),
    "remark_other_target": (
        "Rows with the same cells in both files, but another target: {count}. They are left out.",
        "Linhas com as mesmas células nos dois arquivos, mas outro alvo: {count}. Ficam de fora.",
    ),
    "remark_sampled_rows": (
        "The versions held out so many rows that only a sample of about {percent} % is compared: always the same rows, "
        "chosen by their digests. The numbers of rows are those of the sample.",
        "As versões separaram tantas linhas que só uma amostra de cerca de {percent}% é comparada: sempre as mesmas "
        "linhas, escolhidas pelos seus resumos. Os números de linhas são os da amostra.",
    ),
    "remark_grouped_rows": (
        "Rows of version {version} were held out in groups. Rows of a group resemble each other, so the interval may "
        "be too narrow.",
        "As linhas da versão {version} foram separadas em grupos. As linhas de um grupo se parecem, por isso o "
        "intervalo pode ser estreito demais.",
    ),
    "remark_refitted": (
        "Version {version} was fitted on its hold-out rows too, after it was measured. The comparison is about the "
        "model that was measured.",
        "A versão {version} foi treinada também com as linhas separadas, depois de medida. A comparação é sobre o "
        "modelo que foi medido.",
    ),
    # ---------------------------------------------------------------- side by side
    "side_data": ("Data", "Dados"),
    "side_model": ("Model", "Modelo"),
    "side_metrics": ("Metrics", "Métricas"),
    "side_metrics_text": (
        "Each version was measured on its own hold-out rows, which can differ. Intervals have a "
        "confidence of 95\u00a0%.",
        "Cada versão foi medida nas suas próprias linhas separadas, que podem ser diferentes. Os intervalos têm "
        "confiança de 95%.",
    ),
    "side_published": ("Published (UTC)", "Publicada (UTC)"),
    "side_rows": ("Rows", "Linhas"),
    "side_training_rows": ("Training rows", "Linhas de treinamento"),
    "side_holdout_rows": ("Hold-out rows", "Linhas separadas"),
    "side_target": ("Target", "Alvo"),
    "side_task": ("Task", "Tarefa"),
    "side_classification": ("classification", "classificação"),
    "side_regression": ("regression", "regressão"),
    "side_columns": ("Feature columns", "Colunas usadas"),
    "side_refitted": ("Fitted again on all rows", "Treinada de novo com todas as linhas"),
    "side_changed_columns": ("Columns that differ", "Colunas que diferem"),
    "side_column": ("Column", "Coluna"),
    "side_more_columns": ("{number} more columns differ.", "Mais {number} colunas diferem."),
    "side_more_params": ("{number} more parameters.", "Mais {number} parâmetros."),
    "side_parameter": ("Parameter", "Parâmetro"),
    "side_members": ("Members", "Membros"),
}
