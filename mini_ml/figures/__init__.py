"""Draw figures as SVG, without scripts. They follow the theme and the language of the page that contains them."""
