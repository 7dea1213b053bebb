"""The bucket in memory answers what a server answers, so what is shown with it means something."""

import pytest

from harness.bucket.address import Address
from harness.bucket.objects import Objects
from harness.errors import NoObject, Overtaken
from tests.harness.bucket.in_memory import Bucket, Client

REQUESTS = (
    ("put_object", {"Key": "a/1", "Body": b"one", "IfNoneMatch": "*"}),
    ("put_object", {"Key": "a/1", "Body": b"two", "IfNoneMatch": "*"}),
    ("put_object", {"Key": "a/1", "Body": b"two", "IfMatch": '"no"'}),
    ("put_object", {"Key": "a/1", "Body": b"two", "IfMatch": '"f97c5d29941bfb1b2fdab0874906ab82"'}),
    ("put_object", {"Key": "a/none", "Body": b"x", "IfMatch": '"no"'}),
    ("put_object", {"Key": "a/2", "Body": b""}),
    ("put_object", {"Key": "b", "Body": b"b"}),
    ("get_object", {"Key": "a/1"}),
    ("get_object", {"Key": "a/1", "Range": "bytes=0-1"}),
    ("get_object", {"Key": "a/1", "Range": "bytes=0-99"}),
    ("get_object", {"Key": "a/2"}),
    ("get_object", {"Key": "a/none"}),
    ("list_objects_v2", {"Prefix": "a/"}),
    ("list_objects_v2", {"Prefix": "a/", "MaxKeys": 1}),
    ("list_objects_v2", {"Prefix": "c"}),
    ("delete_objects", {"Delete": {"Objects": [{"Key": "a/1"}, {"Key": "a/none"}]}}),
    ("list_objects_v2", {"Prefix": "a/"}),
)
COMPARED = ("Body", "ETag", "IsTruncated")


def answers(objects):
    prefix = f"{objects.address.prefix}/"
    for method, asked in REQUESTS:
        here = dict(asked)
        for name in {"Key", "Prefix"} & {*asked}:
            here[name] = prefix + asked[name]
        if "Delete" in asked:
            here["Delete"] = {
                "Objects": [{"Key": prefix + o["Key"]} for o in asked["Delete"]["Objects"]]
            }
        try:
            answer = objects.call(method, **here)
        except (NoObject, Overtaken) as error:
            yield type(error)
            continue
        listed = [(o["Key"], o["Size"], o["ETag"]) for o in answer.get("Contents", ())]
        yield {name: answer[name] for name in COMPARED if name in answer}, listed


def test_it_answers_as_a_server_does(s3):
    assert list(answers(Client(s3, Bucket()))) == list(answers(Objects(s3)))


@pytest.mark.parametrize("n", [0, 1, 3, 8])
def test_lists_of_several_pages_are_whole(n):
    client = Client(Address("lab", "x"), Bucket())
    for i in range(n):
        client.put(f"f{i}", b"content")
    assert list(client.list()) == [f"f{i}" for i in range(n)]
    assert len(client.list(at_most=2)) == min(2, n)
