using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.ApiExtensions;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Registry;

/// <summary>What an update of a definition need not repair, and definitions that are meant to do harm.</summary>
public sealed class DefinitionRulesTests
{
    private const string Path = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    // Each breaks one rule that older versions did not have.
    [TestCase("""{"type":"array","x-kubernetes-list-type":"set","items":{"type":"object"}}""")]
    [TestCase("""
        {"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
        "items":{"type":"object","properties":{"k":{"type":"string"}}}}
        """)]
    [TestCase("""{"type":"object","properties":{"c":{"type":"string"}},"default":{"d":1}}""")]
    public void Validate_RuleBrokenBefore_IsNotAskedOfAnUpdate(string property)
    {
        var broken = Definition(property);
        var sound = Definition("""{"type":"string"}""");
        Assert.Multiple(() =>
        {
            Assert.That(Validate(broken, null), Has.Count.EqualTo(1));
            Assert.That(Validate(broken, sound), Has.Count.EqualTo(1));
            Assert.That(Validate(broken, broken), Is.Empty);
        });
    }

    [Test]
    public void Validate_TooManySelectableFields_MayStayAsTheyAre()
    {
        var properties = string.Join(',', Enumerable.Range(0, 9).Select(i => $$"""
            "f{{i}}":{"type":"string"}
            """));
        var many = Definition($$"""{"type":"object","properties":{ {{properties}} } }""");
        many["spec"]!["versions"]![0]!["selectableFields"] = new JsonArray(
            [.. Enumerable.Range(0, 9).Select(i => new JsonObject { ["jsonPath"] = $".a.f{i}" })]);
        var more = many.DeepClone().AsObject();
        more["spec"]!["versions"]![0]!["selectableFields"]!.AsArray().RemoveAt(0);
        more["spec"]!["versions"]![0]!["selectableFields"]!.AsArray().Add((JsonNode)new JsonObject { ["jsonPath"] = ".a.f0" });
        Assert.Multiple(() =>
        {
            Assert.That(Validate(many, many), Is.Empty);
            Assert.That(Validate(more, many), Is.EqualTo(new[]
            {
                "spec.selectableFields: Too many: 9: must have at most 8 items",
            }));
        });
    }

    [Test]
    public void Validate_Established_KeepsScopeAndKind()
    {
        var old = Definition("""{"type":"string"}""");
        old["status"]!["conditions"] = new JsonArray(new JsonObject { ["type"] = "Established", ["status"] = "True" });
        var changed = old.DeepClone().AsObject();
        changed["spec"]!["scope"] = "Cluster";
        changed["spec"]!["names"]!["kind"] = "Other";
        Assert.That(Validate(changed, old), Is.EqualTo(new[]
        {
            "spec.scope: Invalid value: \"Cluster\": field is immutable",
            "spec.names.kind: Invalid value: \"Other\": field is immutable",
        }));
    }

    // A definition with any of these is taken or refused with reasons; the server goes on.
    [TestCaseSource(nameof(HostileSchemas))]
    public async Task Create_Hostile_IsAnswered(string schema)
    {
        await using var cluster = await TestCluster.StartAsync();
        var definition = $$"""
            {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
            "names":{"plural":"things","kind":"Thing"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{schema}} } }]} }
            """;
        var (code, body) = await cluster.Http.SendAsync("POST", Path, definition);
        Assert.That(code, Is.AnyOf(201, 400, 422), body.ToJsonString());
    }

    private static IEnumerable<TestCaseData> HostileSchemas()
    {
        yield return Nested("deep properties", 150, """{"type":"object","properties":{"a":""", "}}");
        yield return Nested("deep items", 200, """{"type":"array","items":""", "}");
        yield return Nested("deep not", 200, """{"not":""", "}");
        yield return Nested("deep anyOf", 100, """{"anyOf":[""", "]}");
        yield return Nested("too deep", 5000, """{"not":""", "}");
        yield return new TestCaseData(Root("a", $$"""{"type":"string","pattern":"{{new string('(', 50_000)}}"}"""))
            .SetArgDisplayNames("parentheses");
        yield return new TestCaseData(Root("a", """{"type":"string","pattern":"((a{1000}){1000}){1000}"}"""))
            .SetArgDisplayNames("repeats");
        yield return new TestCaseData(Root("a", """{"type":"string","pattern":"(a+)+$","default":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"}"""))
            .SetArgDisplayNames("backtracking");
        var many = new StringBuilder("""{"type":"object","properties":{""");
        for (var i = 0; i < 40_000; i++)
        {
            many.Append(i > 0 ? "," : "").Append("\"f").Append(i).Append("\":{\"type\":\"string\"}");
        }

        yield return new TestCaseData(many.Append("}}").ToString()).SetArgDisplayNames("many properties");
    }

    private static TestCaseData Nested(string name, int depth, string open, string close) => new TestCaseData(Root(
        "a", string.Concat(Enumerable.Repeat(open, depth)) + "{}" + string.Concat(Enumerable.Repeat(close, depth))))
        .SetArgDisplayNames(name);

    private static string Root(string name, string schema) =>
        $$"""{"type":"object","properties":{"{{name}}":{{schema}} } }""";

    private static JsonObject Definition(string property) => JsonNode.Parse($$"""
        {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
        "names":{"plural":"things","singular":"thing","kind":"Thing","listKind":"ThingList"},"conversion":{"strategy":"None"},
        "versions":[{"name":"v1","served":true,"storage":true,
        "schema":{"openAPIV3Schema":{"type":"object","properties":{"a":{{property}} } } } }]},"status":{"storedVersions":["v1"]} }
        """)!.AsObject();

    private static List<string> Validate(JsonObject definition, JsonObject? old)
    {
        var errors = new FieldErrorList();
        DefinitionRules.Validate(definition, old, errors);
        return [.. errors.Select(e => e.ToString())];
    }
}
