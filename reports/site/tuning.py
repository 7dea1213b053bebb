def fill(content, files):
    return {}
