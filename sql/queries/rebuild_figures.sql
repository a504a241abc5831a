SELECT app.rebuild_figures()
