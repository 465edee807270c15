using System.Text.Json.Nodes;
using Kube1.Api.FieldSets;

namespace Kube1.Tests.Api;

/// <summary>Sets of field paths and their form in managedFields.</summary>
public sealed class FieldSetTests
{
    [TestCase("""{}""", """{}""")]
    [TestCase("""{"f:b":{},"f:a":{}}""", """{"f:a":{},"f:b":{}}""", Description = "steps are sorted")]
    [TestCase("""{"f:a":{".":{},"f:b":{}}}""", """{"f:a":{".":{},"f:b":{}}}""")]
    [TestCase("""{"f:a":{"f:b":{},".":{}}}""", """{"f:a":{".":{},"f:b":{}}}""", Description = "the dot comes first")]
    [TestCase("""{"f:a":{".":{}}}""", """{"f:a":{}}""", Description = "a path with nothing below needs no dot")]
    [TestCase("""{"k:{\"name\":\"b\"}":{},"k:{\"name\":\"a\"}":{},"f:z":{}}""", """{"f:z":{},"k:{\"name\":\"a\"}":{},"k:{\"name\":\"b\"}":{}}""")]
    [TestCase("""{"k:{\"protocol\":\"TCP\",\"containerPort\":80}":{}}""", """{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{}}""", Description = "keys are sorted by name")]
    [TestCase("""{"k:{\"port\":8080}":{},"k:{\"port\":9}":{}}""", """{"k:{\"port\":9}":{},"k:{\"port\":8080}":{}}""", Description = "numbers are sorted by value")]
    [TestCase("""{"v:\"b\"":{},"v:10":{},"v:9.0":{},"v:true":{}}""", """{"v:9":{},"v:10":{},"v:\"b\"":{},"v:true":{}}""")]
    [TestCase("""{"i:10":{},"i:9":{},"v:1":{}}""", """{"v:1":{},"i:9":{},"i:10":{}}""")]
    [TestCase("""{"x:future":{"f:a":{}},"f:a":{}}""", """{"f:a":{}}""", Description = "what a later version wrote is left out")]
    [TestCase("""{"f:a":null}""", """{"f:a":{}}""")]
    [TestCase("""{"v:\"<&>\"":{}}""", """{"v:\"\\u003c\\u0026\\u003e\"":{}}""", Description = "escaped as Go's encoder does")]
    public void FieldsV1_Read_IsWrittenInOrder(string text, string expected) =>
        Assert.That(Write(Parse(text)), Is.EqualTo(expected));

    [TestCase("""{"f":{}}""")]
    [TestCase("""{"nocolon":{}}""")]
    [TestCase("""{"k:[]":{}}""")]
    [TestCase("""{"k:{\"a\":1}x":{}}""")]
    [TestCase("""{"v:":{}}""")]
    [TestCase("""{"v:1 2":{}}""")]
    [TestCase("""{"i:x":{}}""")]
    [TestCase("""{"f:a":[]}""")]
    [TestCase("""{"f:a":true}""")]
    public void FieldsV1_Malformed_IsRefused(string text) =>
        Assert.That(FieldsV1Text.TryParse(JsonNode.Parse(text), out _), Is.False);

    [TestCase("""{"f:a":{}}""", """{"f:b":{}}""", """{"f:a":{},"f:b":{}}""")]
    [TestCase("""{"f:a":{"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{".":{},"f:b":{}}}""")]
    [TestCase("""{"f:a":{"f:b":{}}}""", """{"f:a":{"f:c":{}}}""", """{"f:a":{"f:b":{},"f:c":{}}}""")]
    public void Union_TwoSets_HasBoth(string left, string right, string expected)
    {
        Assert.That(Write(Parse(left).Union(Parse(right))), Is.EqualTo(expected));
        Assert.That(Write(Parse(right).Union(Parse(left))), Is.EqualTo(expected));
    }

    [TestCase("""{"f:a":{},"f:b":{}}""", """{"f:b":{},"f:c":{}}""", """{"f:b":{}}""")]
    [TestCase("""{"f:a":{".":{},"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{}}""")]
    [TestCase("""{"f:a":{"f:b":{}}}""", """{"f:a":{}}""", """{}""")]
    [TestCase("""{"f:a":{"f:b":{}}}""", """{"f:a":{"f:c":{}}}""", """{}""")]
    public void Intersection_TwoSets_HasShared(string left, string right, string expected)
    {
        Assert.That(Write(Parse(left).Intersection(Parse(right))), Is.EqualTo(expected));
        Assert.That(Write(Parse(right).Intersection(Parse(left))), Is.EqualTo(expected));
    }

    [TestCase("""{"f:a":{},"f:b":{}}""", """{"f:b":{},"f:c":{}}""", """{"f:a":{}}""", """{"f:a":{}}""")]
    [TestCase("""{"f:a":{".":{},"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{"f:b":{}}}""", """{}""")]
    [TestCase("""{"f:a":{".":{},"f:b":{}}}""", """{"f:a":{"f:b":{}}}""", """{"f:a":{}}""", """{"f:a":{}}""")]
    [TestCase("""{"f:a":{"f:b":{}}}""", """{"f:a":{"f:b":{}}}""", """{}""", """{}""")]
    public void Except_PathOrAllBelow_IsTakenOut(string left, string right, string expected, string withBelow)
    {
        Assert.That(Write(Parse(left).Except(Parse(right))), Is.EqualTo(expected));
        Assert.That(Write(Parse(left).ExceptWithBelow(Parse(right))), Is.EqualTo(withBelow));
    }

    [TestCase("spec.containers.*.resources", """{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:resources":{"f:limits":{}}}}}}""")]
    [TestCase("spec", """{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:resources":{"f:limits":{}}}},"f:paused":{}}}""")]
    [TestCase("status", "{}")]
    public void Within_Path_KeepsWhatLiesThere(string path, string expected)
    {
        var set = Parse("""{"f:metadata":{"f:labels":{}},"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:resources":{"f:limits":{}}}},"f:paused":{}}}""");

        Assert.That(Write(set.Within(path.Split('.'))), Is.EqualTo(expected));
    }

    [TestCase("""{"f:a":{}}""", true, true)]
    [TestCase("""{"f:b":{}}""", true, false)]
    [TestCase("""{"f:b":{"f:x":{}}}""", true, true)]
    [TestCase("""{"f:b":{"f:y":{}}}""", false, false)]
    [TestCase("""{"f:c":{}}""", false, false)]
    [TestCase("""{"f:a":{},"f:c":{}}""", true, false)]
    [TestCase("""{"f:d":{".":{},"f:x":{}}}""", true, true)]
    public void Stored_LookedUpWithoutParsing_SaysWhatItHas(string changes, bool touches, bool hasAll)
    {
        var stored = JsonNode.Parse("""{"f:a":{},"f:b":{"f:x":{}},"f:d":{".":{},"f:x":{}}}""")!.AsObject();

        Assert.That(FieldsV1Text.Touches(stored, Parse(changes)), Is.EqualTo(touches));
        Assert.That(FieldsV1Text.ContainsAll(stored, Parse(changes)), Is.EqualTo(hasAll));
    }

    [TestCase("""{"f:a":{}}""", """{"f:b":{"f:x":{}},"f:d":{".":{},"f:x":{}}}""")]
    [TestCase("""{"f:b":{"f:x":{}}}""", """{"f:a":{},"f:d":{".":{},"f:x":{}}}""")]
    [TestCase("""{"f:d":{"f:x":{}}}""", """{"f:a":{},"f:b":{"f:x":{}},"f:d":{}}""")]
    [TestCase("""{"f:d":{".":{},"f:x":{}}}""", """{"f:a":{},"f:b":{"f:x":{}}}""")]
    [TestCase("""{"f:d":{".":{},"f:y":{}}}""", """{"f:a":{},"f:b":{"f:x":{}},"f:d":{"f:x":{}}}""")]
    [TestCase("""{"f:z":{},"f:a":{"f:x":{}}}""", """{"f:a":{},"f:b":{"f:x":{}},"f:d":{".":{},"f:x":{}}}""")]
    [TestCase("""{"f:b":{}}""", null, Description = "parts of what is one value now: to be read and repaired")]
    [TestCase("""{"f:d":{}}""", null)]
    public void Stored_PathsRemoved_AreGoneAsIfItWereRead(string paths, string? expected)
    {
        var stored = JsonNode.Parse("""{"f:a":{},"f:b":{"f:x":{}},"f:d":{".":{},"f:x":{}}}""")!.AsObject();
        var read = Write(Parse(stored.ToJsonString()).Except(Parse(paths)));

        Assert.That(FieldsV1Text.TryRemove(stored, Parse(paths)), Is.EqualTo(expected is not null));
        Assert.That(expected is null || (stored.ToJsonString() == expected && read == expected), $"{stored.ToJsonString()} {read}");
    }

    [Test]
    public void Paths_OfASet_ReadAsErrorTextsShowThem()
    {
        var set = Parse("""{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}},"f:list":{"v:\"a\\\"b\"":{},"i:0":{}},"f:x":{}}}""");

        Assert.That(
            set.Paths().Select(p => string.Concat(p.Select(s => s.ToString()))),
            Is.EqualTo(new[]
            {
                ".spec.x", """.spec.list[="a\"b"]""", ".spec.list[0]", """.spec.ports[port=80,protocol="TCP"]""",
                """.spec.ports[port=80,protocol="TCP"].name""",
            }));
    }

    private static FieldSet Parse(string text) =>
        FieldsV1Text.TryParse(JsonNode.Parse(text), out var set) ? set : throw new FormatException(text);

    private static string Write(FieldSet set) => FieldsV1Text.ToJson(set).ToJsonString(Plain);

    private static readonly System.Text.Json.JsonSerializerOptions Plain =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
