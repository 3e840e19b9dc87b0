"""The warnings about data in Brazilian Portuguese; in English, a warning has its sentence already."""

from collections.abc import Mapping
from typing import Final

PORTUGUESE_WARNINGS: Final[Mapping[str, str]] = {
    "ambiguous_day_month": "Não dá para distinguir dia e mês; as células são lidas com {order}.",
    "ambiguous_mark": "“{cell}” pode significar 1234 ou 1.234; é lido como {meaning}.",
    "bad_rows_kept": "{count} linha(s) ilegível(is) sem previsão; `rejects.csv` traz a lista.",
    "bad_rows_skipped": "{count} linha(s) ilegível(is) deixada(s) de fora.",
    "bare_numbers": "{count} número(s) sem “{unit}”, embora outros tenham; todos são lidos na mesma unidade.",
    "blank_lines": "{count} linha(s) em branco ignorada(s).",
    "bounds": "{count} célula(s) são limites, como “<5” ou “90+”; usa-se o próprio número.",
    "columns_in_order": "O arquivo não tem cabeçalho; suas colunas foram lidas em ordem como {names}.",
    "doubled_names": "Várias colunas têm o mesmo nome ({names}); a segunda de nome x se chama x_2.",
    "duration_minutes": "{count} duração(ões) têm duas partes e são lidas como minutos e segundos.",
    "identifier_kept": "A coluna parece um identificador; é usada porque não resta outra coluna.",
    "labels_merged": "{count} célula(s) escrevem um rótulo de outra forma e contam como a forma usual: {labels}.",
    "labels_of_newest_rows": "{count} das linhas mais novas não são separadas: nenhuma linha mais antiga tem alguns de "
    "seus rótulos ({labels}), e um modelo não aprende um rótulo sem linhas. As métricas não cobrem esses rótulos.",
    "large_holdout": "{count} linha(s) são separadas, {percent}% em vez de 20%, pois linhas de um mesmo {what} ficam "
    "juntas.",
    "missing_words": "{count} célula(s) são lidas como faltando: {words}.",
    "mended_rows": "{count} linha(s) têm aspas irregulares ou outro delimitador; foram lidas da única forma que dá uma "
    "linha.",
    "mixed_dates": "{dates} células são datas, mas {count} não são, ou têm outra ordem de dia e mês; a coluna é lida "
    "como palavras.",
    "mixed_units": "As células têm unidades diferentes ({units}), por isso a coluna não é lida como números.",
    "more_warnings": "Mais {count} aviso(s) não aparecem.",
    "nearly_numeric": "{numbers} de {cells} células são números, poucas para ler a coluna como números.",
    "new_gaps": "{count} célula(s) faltam, mas as linhas de treinamento não tinham nenhuma; o que as substitui é um "
    "palpite.",
    "no_header": "O arquivo não tem cabeçalho: sua primeira linha parece dados. Suas colunas se chamam {names}.",
    "not_better_than_baseline": "O modelo não é melhor que responder sempre com {answer}: seu {name} nas linhas "
    "separadas é {score}, o dessa resposta é {baseline}.",
    "numbers_as_labels": "O alvo parece numérico, mas foi aprendido como rótulos; use `{instead}` para aprendê-lo como "
    "número.",
    "other_form": "{count} célula(s) estão escritas de outra forma que a coluna e foram lidas como o número que "
    "significam.",
    "padded_rows": "{count} linha(s) têm menos células que colunas; as que faltam ficam vazias.",
    "rounded_integers": "Inteiros acima de 9.007.199.254.740.992 são arredondados; se são códigos, escreva uma letra "
    "na frente.",
    "read_first_of_doubled": "Várias colunas têm este nome; a primeira foi lida.",
    "row_names": "Falta o nome da primeira coluna; ela dá nome às linhas e foi deixada de fora.",
    "row_number_kept": "A coluna numera as linhas; é usada porque seu nome não diz isso.",
    "rows_without_group": "{count} linha(s) sem grupo; cada uma conta como um grupo próprio.",
    "rows_without_target": "{count} linha(s) sem alvo deixada(s) de fora.",
    "rows_without_time": "{count} linha(s) sem data legível; o modelo aprende com elas, mas nunca são separadas.",
    "second_names": "Uma segunda linha de cabeçalho foi ignorada: {names}.",
    "skipped_lines": "{count} linha(s) acima do cabeçalho, como títulos ou comentários, ignorada(s).",
    "time_ordered_target": "Datas anteriores desta coluna explicam {percent}% do alvo, por isso métricas em linhas ao "
    "acaso são melhores que em linhas futuras. Se as linhas a prever são futuras, use esta coluna como `time_column`.",
    "trimmed_rows": "{count} linha(s) têm células a mais no fim, que foram descartadas.",
    "unknown_columns_to_drop": "`columns_to_drop` cita uma coluna que o arquivo não tem.",
    "unnamed_columns": "{count} coluna(s) sem nome se chamam {names}.",
    "unreadable_cells": "{count} célula(s) não puderam ser lidas (espera-se {kind}) e contam como faltando.",
    "unusual_dialect": "O arquivo foi lido como suas primeiras linhas sugerem: {dialect}.",
    "unseen_categories": "{count} célula(s) têm categorias que as linhas de treinamento não tinham: {categories}.",
}
"""The sentence of each code."""

WITHOUT_CELLS: Final[Mapping[str, tuple[str, str]]] = {
    "bare_numbers": (
        "{count} numbers have no unit but others do; all are read in the same unit.",
        "{count} número(s) sem unidade, embora outros tenham; todos são lidos na mesma unidade.",
    ),
    "labels_merged": (
        "{count} cells spell a label differently and count as the usual spelling.",
        "{count} célula(s) escrevem um rótulo de outra forma e contam como a forma usual.",
    ),
    "labels_of_newest_rows": (
        "{count} of the newest rows are not held out, because no older row has some of their labels. The metrics do "
        "not cover these labels.",
        "{count} das linhas mais novas não são separadas, porque nenhuma linha mais antiga tem alguns de seus rótulos. "
        "As métricas não cobrem esses rótulos.",
    ),
    "missing_words": ("{count} cells are read as missing.", "{count} célula(s) são lidas como faltando."),
    "mixed_units": (
        "Cells have different units, so the column is not read as numbers.",
        "As células têm unidades diferentes, por isso a coluna não é lida como números.",
    ),
    "second_names": ("A second header line was skipped.", "Uma segunda linha de cabeçalho foi ignorada."),
    "unseen_categories": (
        "{count} cells have categories that the training rows did not have.",
        "{count} célula(s) têm categorias que as linhas de treinamento não tinham.",
    ),
}
"""The sentences, in both languages, of the codes that quote cells, without them."""
