using System.Text.Json.Nodes;
using Kube1.ApiServer.Extensions.JsonPaths;

namespace Kube1.Tests.Extensions.JsonPaths;

/// <summary>Paths as kubectl and printer columns write them.</summary>
public sealed class JsonPathTests
{
    private const string Object = """
        {"spec":{"replicas":3,"name":"x","on":true,"list":[1,2,3,4],"a.b":"dotted"},
         "conditions":[{"type":"Ready","status":"True","n":1},{"type":"Synced","status":"False","n":2},{"type":"Odd"}]}
        """;

    [TestCase(".spec.replicas", "3")]
    [TestCase(".spec['name']", "\"x\"")]
    [TestCase(".spec.a\\.b", "\"dotted\"")]
    [TestCase(".spec['a\\.b']", "\"dotted\"")]
    [TestCase(".spec.list[0]", "1")]
    [TestCase(".spec.list[-1]", "4")]
    [TestCase(".spec.list[1:3]", "2 3")]
    [TestCase(".spec.list[::2]", "1 3")]
    [TestCase(".spec.list[*]", "1 2 3 4")]
    [TestCase(".spec.list[0,2]", "1 3")]
    [TestCase(".conditions[?(@.type==\"Ready\")].status", "\"True\"")]
    [TestCase(".conditions[?(@.type=='Ready')].status", "\"True\"")]
    [TestCase(".conditions[?(@.n>1)].type", "\"Synced\"")]
    [TestCase(".conditions[?(@.status)].type", "\"Ready\" \"Synced\"")]
    [TestCase(".conditions[?(@.type!=\"Ready\")].type", "\"Synced\" \"Odd\"")]
    [TestCase("..status", "\"True\" \"False\"")]
    [TestCase(".conditions[*].n", "1 2")]
    [TestCase(".missing.deeper", "")]
    [TestCase(".spec.list[9]", "")]
    [TestCase(".spec.list[-9]", "")]
    [TestCase(".spec.name.deeper", "")]
    public void Find_Path_LeadsToValues(string text, string expected)
    {
        Assert.That(JsonPath.TryParse(text, out var path));

        Assert.That(
            string.Join(' ', path!.Find(JsonNode.Parse(Object)).Select(n => n?.ToJsonString())), Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase(".spec[")]
    [TestCase(".spec[?(@.a==1]")]
    [TestCase(".spec['a]")]
    [TestCase(".spec[a]")]
    [TestCase(".spec[1:2:3:4]")]
    [TestCase(".spec[?(@.a==)]")]
    [TestCase(".spec[99999999999999999999]")]
    [TestCase("|")]
    public void TryParse_NoPath_IsRefused(string text) => Assert.That(JsonPath.TryParse(text, out _), Is.False);

    [Test]
    public void TryParse_FiltersInFilters_AreBounded()
    {
        var text = string.Concat(Enumerable.Repeat(".a[?(@", 5000)) + string.Concat(Enumerable.Repeat(")]", 5000));

        Assert.That(JsonPath.TryParse(text, out _), Is.False);
    }

    [Test]
    public void Find_EverythingOfEverything_IsBounded()
    {
        var wide = new JsonArray([.. Enumerable.Range(0, 3000).Select(_ => (JsonNode)new JsonArray(1, 2, 3))]);
        Assert.That(JsonPath.TryParse("..[*]..[*]..[*]", out var path));

        Assert.That(path!.Find(wide), Has.Count.LessThanOrEqualTo(JsonPath.MaxResults));
    }
}
