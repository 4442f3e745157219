from heldout.runtime.results.names import metric_name


def test_the_one_value_of_a_stage_is_called_by_the_stage():
    assert metric_name({"stage": "drop", "port": "table", "metric": "value"}) == "drop"
    assert metric_name({"stage": "score", "port": "table", "metric": "accuracy"}) == "accuracy"
