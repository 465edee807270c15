using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Api.Selectors;
using Kube1.Kubelet.Containers;

namespace Kube1.Tests.Fuzzing;

/// <summary>Selectors and field paths: read or refused, and their own text reads as themselves.</summary>
public sealed class SelectorFuzzTests
{
    private static readonly SchemaType ConfigMaps = SchemaCatalog.BuiltIn.Find(ResourceCatalog.All.First(r => r.Kind.Kind == "ConfigMap"))!;

    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["n"] = "5", ["a/b"] = "" };

    [Test]
    public void LabelSelector_Any_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "label selector", [.. Corpus.Read("labelselector.txt"), .. Wide("k in (a)"), .. Wide("!k"), Deep("("), Deep("a,"), Deep("!")],
        static bytes =>
        {
            var selector = LabelSelector.Parse(Encoding.UTF8.GetString(bytes));
            var text = selector.ToString();
            Fuzz.Require(LabelSelector.Parse(text).ToString() == text, $"'{text}' reads as '{LabelSelector.Parse(text)}'");
            Fuzz.Require(
                LabelSelector.Parse(text).Matches(Labels) == selector.Matches(Labels), $"'{text}' selects something else");
        }) { Words = [" in ", " notin ", "==", "!=", " gt ", ">", "<", "(a,b)", "exists"] });

    [Test]
    public void FieldSelector_Any_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "field selector", [.. Corpus.Read("fieldselector.txt"), .. Wide("a=b"), Deep("\\"), Deep("=")],
        static bytes =>
        {
            var selector = FieldSelector.Parse(Encoding.UTF8.GetString(bytes));
            var text = selector.ToString();
            Fuzz.Require(FieldSelector.Parse(text).ToString() == text, $"'{text}' reads as '{FieldSelector.Parse(text)}'");
            selector.Matches(static field => field);
        }) { Words = ["==", "!=", "\\,", "\\=", "\\\\", "metadata.name="] });

    [Test]
    public void FieldsV1_Any_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "fieldsV1", [.. Corpus.Read("fieldsv1.txt"), .. HostileShapes.DeepJson(), .. HostileShapes.WideJson()],
        static bytes =>
        {
            // From an object's managedFields: JSON that has been read already.
            if (Parse(bytes) is { } fields && FieldsV1Text.TryParse(fields, out var set))
            {
                var text = FieldsV1Text.ToJson(set).ToJsonString();
                Fuzz.Require(FieldsV1Text.TryParse(Parse(Encoding.UTF8.GetBytes(text)), out var again), $"{text} does not read");
                Fuzz.Require(FieldsV1Text.ToJson(again!).ToJsonString() == text, $"{text} becomes {FieldsV1Text.ToJson(again!)}");
                FieldsV1Text.Touches((JsonObject)fields, set);
                FieldsV1Text.ContainsAll((JsonObject)fields, set);
            }
        }) { Words = ["\"f:a\":", "\"k:{\\\"name\\\":\\\"c\\\"}\":", "\"v:1\":", "\"i:0\":", "\".\":{}"], BytesPerByte = 2000 });

    [Test]
    public void PathElement_Any_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "path element", Corpus.Texts(
            "f:spec", "k:{\"name\":\"c\",\"port\":80}", "v:\"x\"", "v:1.5", "v:null", "i:0", "i:-1", "x:", "f:", "k:{}", "v:[]"),
        static bytes =>
        {
            if (PathElementText.TryParse(Encoding.UTF8.GetString(bytes), out var step) && step is not null)
            {
                Fuzz.Require(
                    PathElementText.TryParse(step.Text, out var again) && step.Equals(again), $"{step.Text} reads as {again?.Text}");
                _ = (step.ToString(), step.GetHashCode(), step.CompareTo(again));
            }
        }));

    [Test]
    public void DownwardField_Any_IsFoundOrRefused() => Fuzz.Check(new FuzzTarget(
        "field of a pod", Corpus.Texts(
            "metadata.name", "metadata.labels['app']", "metadata.annotations['']", "metadata.labels['", "metadata.labels['']", "status.podIPs"),
        static bytes => PodFields.Value(
            new V1Pod { Metadata = new V1ObjectMeta { Labels = Labels } }, Encoding.UTF8.GetString(bytes), new PodAddresses([], [])))
    {
        MayThrow = static e => e is ContainerConfigException,
    });

    // As they stand in an object that a client has sent.
    private static JsonNode? Parse(byte[] bytes)
    {
        try
        {
            byte[] body = [.. "{\"metadata\":{\"managedFields\":[{\"fieldsV1\":"u8, .. bytes, .. "}]}}"u8];
            return ObjectDecoder.Decode(body, ConfigMaps, FieldValidation.Ignore).Object["metadata"]?["managedFields"]?[0]?["fieldsV1"];
        }
        catch (ObjectDecodeException)
        {
            return null;
        }
    }

    private static IEnumerable<byte[]> Wide(string term) => [Deep(term + ",")];

    private static byte[] Deep(string text) => HostileShapes.Ascii(HostileShapes.Repeat(text, 50_000));
}
