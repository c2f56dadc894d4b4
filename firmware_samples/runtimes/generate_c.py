def c_source(graph): return ""
def parameters(graph): return ""
