"""What is said when a store refuses, is not there, or is not what it should be."""

import sys

import pytest

from harness.bucket.address import Address
from harness.bucket.answers import explained
from harness.errors import BucketError, Overtaken, RunFolderError
from harness.place import place
from tests.harness.bucket.in_memory import Bucket, Client

AT = Address("lab", "runs/x")


def said(text):
    with pytest.raises(RunFolderError) as caught:
        place(text).open()
    return str(caught.value)


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_is_named():
    assert "s3://nobody/runs/x: there is no such bucket; make it first" in said(
        "s3://nobody/runs/x"
    )


def test_a_place_without_a_run_says_so(s3):
    assert said(str(s3)) == f"no run at {s3}"


def test_without_credentials_it_is_said_where_they_go(s3, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "there are no credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID" in said(str(s3))


def test_a_profile_that_is_not_there_is_named(s3, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobodys")
    assert "nobodys" in said(str(s3))


def test_an_endpoint_where_nobody_answers_is_named(s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    text = said(str(s3))
    assert "cannot be reached" in text
    assert "127.0.0.1:9" in text
    assert "AWS_ENDPOINT_URL" in text


def test_without_s3fs_it_is_said_how_to_get_it(s3, monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    assert "needs the package s3fs: pip install" in said(str(s3))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDenied", "these credentials do not do"),
        ("InvalidAccessKeyId", "these credentials are not taken"),
        ("ExpiredToken", "these credentials are not taken"),
        ("PermanentRedirect", "in another region than yours"),
        ("AuthorizationHeaderMalformed", "set AWS_DEFAULT_REGION"),
        ("SlowDown", "too busy for too long"),
        ("NotImplemented", "has no conditional writes"),
        ("Whatever", "refuses: Whatever because"),
    ],
)
def test_each_refusal_is_one_line_that_says_what_to_do(code, words):
    from botocore.exceptions import ClientError

    error = ClientError({"Error": {"Code": code, "Message": "because"}}, "PutObject")
    with pytest.raises(BucketError) as caught, explained(AT):
        raise error
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(BucketError) as again, explained(AT):
        raise PermissionError("because") from error  # as s3fs passes them on
    assert str(again.value) == str(caught.value)


def test_errors_that_are_nobodys_answer_are_not_explained_away():
    with pytest.raises(ZeroDivisionError), explained(AT):
        raise ZeroDivisionError


class Careless(Client):
    """A store that takes no notice of conditions, as some do."""

    def call(self, method, **asked):
        return super().call(method, **{k: v for k, v in asked.items() if not k.startswith("If")})


def test_a_store_that_takes_no_notice_of_conditions_is_refused():
    from harness.bucket.folder import BucketFolder
    from harness.bucket.probe import must_take_writes

    with pytest.raises(BucketError, match="takes no notice of If-Match and If-None-Match"):
        must_take_writes(Careless(AT, bucket := Bucket()))
    assert not bucket.stored
    with (
        pytest.raises(BucketError, match="takes no notice of If-Match and If-None-Match"),
        BucketFolder(AT, Careless(AT, Bucket())).writing(),
    ):
        pass


def test_a_swap_that_lost_a_conflict_of_requests_tries_again():
    bucket = Bucket()

    class Conflict(Client):
        def call(self, method, **asked):
            self.made.append(method)
            if len(self.made) == 1:
                raise Overtaken("409")
            return bucket.answer(method, **asked)

    client = Conflict(AT, bucket)
    etag = client.swap("x", b"1", None)
    assert client.get("x", 9).etag == etag
    assert client.made[:3] == ["put_object", "get_object", "put_object"]
