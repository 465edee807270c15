using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.Tests.Api;

public sealed class MetadataTests
{
    private const string Subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private static JsonObject Json(string metadata) => (JsonObject)JsonNode.Parse($$"""{"metadata":{{metadata}}}""")!;

    private static List<string> Errors(string metadata, bool namespaced = true)
    {
        var errors = new FieldErrorList();
        ObjectMetaValidation.Validate(Json(metadata), namespaced, NameRules.Subdomain, errors);
        return [.. errors.Select(e => e.ToString())];
    }

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return Case("{}", ["metadata.name: Required value: name or generateName is required", "metadata.namespace: Required value"]);
        yield return Case("""{"name":"A","namespace":"n"}""", [$"metadata.name: Invalid value: \"A\": {Subdomain}"]);
        yield return Case("""{"name":"a","generateName":"Bx-","namespace":"n"}""", [$"metadata.generateName: Invalid value: \"Bx-\": {Subdomain}"]);
        yield return Case("""{"name":"a","namespace":"n.x"}""", ["metadata.namespace: Invalid value: \"n.x\": must not contain dots"]);
        yield return Case("""{"name":"a","namespace":"n","labels":{"a/":"x"}}""", [
            "metadata.labels: Invalid value: \"a/\": name part must be non-empty",
            "metadata.labels: Invalid value: \"a/\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"]);
        yield return Case("""{"name":"a","namespace":"n","finalizers":["x","orphan","foregroundDeletion"]}""", [
            "metadata.finalizers: Invalid value: [\"x\",\"orphan\",\"foregroundDeletion\"]: finalizer orphan and foregroundDeletion cannot be both set",
            "metadata.finalizers[0]: Invalid value: \"x\": name is neither a standard finalizer name nor is it fully qualified"]);
        yield return Case("""{"name":"a","namespace":"n","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":""}]}""", [
            "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty"]);
        static TestCaseData Case(string metadata, string[] errors) =>
            new TestCaseData(metadata, errors).SetArgDisplayNames(metadata);
    }

    [TestCaseSource(nameof(Bad))]
    public void Validate_BadMetadata_IsNamedInUpstreamsWords(string metadata, string[] errors) =>
        Assert.That(Errors(metadata), Is.EqualTo(errors));

    [Test]
    public void Validate_SoundMetadata_HasNoErrors() => Assert.That(Errors(
        """{"name":"a.b","generateName":"a-","namespace":"n","labels":{"example.com/x":"Y_1"},"annotations":{"Example.com/x":"any thing"},"finalizers":["example.com/f","foregroundDeletion"]}"""),
        Is.Empty);

    [Test]
    public void Validate_TooManyAnnotations_AreTooLong() => Assert.That(
        Errors($$$"""{"name":"a","namespace":"n","annotations":{"k":"{{{new string('x', 262144)}}}"}}"""),
        Is.EqualTo(["metadata.annotations: Too long: may not be more than 262144 bytes"]));

    [Test]
    public void Validate_NamespaceOnClusterScope_IsForbidden() => Assert.That(
        Errors("""{"name":"a","namespace":"n"}""", namespaced: false),
        Is.EqualTo(["metadata.namespace: Forbidden: not allowed on this type"]));

    [Test]
    public void ValidateUpdate_FixedFields_AreImmutable()
    {
        var errors = new FieldErrorList();
        ObjectMetaValidation.ValidateUpdate(
            Json("""{"name":"b","uid":"2","generation":1,"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["example.com/a","example.com/b"]}"""),
            Json("""{"name":"a","uid":"1","generation":2,"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["example.com/b"]}"""), errors);

        Assert.That(errors.Select(e => e.ToString()), Is.EqualTo([
            "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/a\"}",
            "metadata.generation: Invalid value: 1: must not be decremented",
            "metadata.name: Invalid value: \"b\": field is immutable",
            "metadata.uid: Invalid value: \"2\": field is immutable"]));
    }

    [Test]
    public void Validate_LabelSelector_AsUpstream()
    {
        var errors = new FieldErrorList();
        LabelSelectorValidation.Validate(
            new V1LabelSelector
            {
                MatchExpressions =
                [
                    new() { Key = "a", Operator = "In" },
                    new() { Key = "a", Operator = "Exists", Values = ["x"] },
                    new() { Key = "a", Operator = "Like" },
                ],
            },
            FieldPath.Of("spec", "selector"), errors);

        Assert.That(errors.Select(e => e.ToString()), Is.EqualTo([
            "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
            "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            "spec.selector.matchExpressions[2].operator: Invalid value: \"Like\": not a valid selector operator"]));
    }

    [Test]
    public void ObjectMetadata_SetAndGet_GoToTheJson()
    {
        var obj = new JsonObject();
        var metadata = ObjectMetadata.Of(obj);
        metadata.Name = "a";
        metadata.Generation = 3;
        metadata.CreationTimestamp = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(1));
        metadata.SetLabel("x", "y");
        metadata.Finalizers = ["f"];
        metadata.SetAnnotation("k", "v");
        metadata.SetAnnotation("k", null);
        metadata.Uid = "";

        Assert.That(obj.ToJsonString(), Is.EqualTo(
            """{"metadata":{"name":"a","generation":3,"creationTimestamp":"2026-01-02T02:04:05Z","labels":{"x":"y"},"finalizers":["f"]}}"""));
        Assert.That((metadata.Label("x"), metadata.Label("z"), metadata.Generation), Is.EqualTo(("y", (string?)null, 3L)));
        Assert.That(metadata.CreationTimestamp, Is.EqualTo(new DateTimeOffset(2026, 1, 2, 2, 4, 5, TimeSpan.Zero)));
    }

    [TestCase("10.0.0.1", true)]
    [TestCase("::1", true)]
    [TestCase("fd00::1:2", true)]
    [TestCase("10.0.0", false)]
    [TestCase("010.0.0.1", false)]
    [TestCase("1", false)]
    [TestCase("fe80::1%eth0", false)]
    [TestCase("[::1]", false)]
    [TestCase("", false)]
    public void TryParseIPAddress_Text_IsReadStrictly(string text, bool sound) =>
        Assert.That(NameRules.TryParseIPAddress(text, out _), Is.EqualTo(sound));

    [TestCase("http", new string[0])]
    [TestCase("a--b", new[] { "must not contain consecutive hyphens" })]
    [TestCase("80", new[] { "must contain at least one letter (a-z)" })]
    [TestCase("this-is-too-long-x", new[] { "must be no more than 15 characters" })]
    [TestCase("-a", new[] { "must not begin or end with a hyphen" })]
    public void IsPortName_Text_AsUpstream(string text, string[] errors) =>
        Assert.That(NameRules.IsPortName(text), Is.EqualTo(errors));
}
