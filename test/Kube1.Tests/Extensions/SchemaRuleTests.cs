using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Rules;
using Kube1.ApiServer.Extensions.Schemas;

namespace Kube1.Tests.Extensions;

/// <summary>x-kubernetes-validations of objects: the table testdata/rules.txt, budgets, and what comes before rules.</summary>
public sealed class SchemaRuleTests
{
    private static readonly string TestData = Path.Combine(Path.GetDirectoryName(ThisFile())!, "testdata");

    public static IEnumerable<TestCaseData> Cases()
    {
        JsonObject schema = [], written = [], old = [];
        JsonObject? obj = null;
        var (line, expected) = (0, new List<string>());
        foreach (var text in File.ReadAllLines(Path.Combine(TestData, "rules.txt")).Append("schema {}"))
        {
            line++;
            var word = text.Split(' ', 2)[0];
            if (obj is not null && word is "schema" or "rules" or "new" or "old")
            {
                yield return new TestCaseData(schema, old, obj, string.Join('\n', expected)).SetArgDisplayNames($"before line {line}");
                (obj, old, expected) = (null, [], []);
            }

            switch (word)
            {
                case "schema":
                    schema = written = Json(text[7..]);
                    break;
                case "rules":
                    schema = written.DeepClone().AsObject();
                    schema["properties"]!["spec"]!["x-kubernetes-validations"] = JsonNode.Parse(text[6..]);
                    break;
                case "old":
                    old = Json(text[4..]);
                    break;
                case "new":
                    obj = Json(text[4..]);
                    break;
                case "-" or "!":
                    expected.Add(text);
                    break;
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Object_BySchema_IsToldWhatRulesSay(JsonObject schema, JsonObject old, JsonObject obj, string expected)
    {
        var (errors, warnings) = (new FieldErrorList(), new List<string>());

        Rules(schema).Validate(obj, old.Count == 0 ? null : old, errors, warnings.Add);

        Assert.That(
            string.Join('\n', errors.Select(e => $"- {e}").Concat(warnings.Select(w => "! " + w))), Is.EqualTo(expected));
    }

    [Test]
    public void SchemaWithoutRules_Compiled_IsNothing() =>
        Assert.That(SchemaRules.Compile(StructuralSchema.Parse(Json("""{"type":"object"}"""))), Is.Null);

    [Test]
    public void InvalidObject_ByRules_IsNotLookedAt()
    {
        var errors = new FieldErrorList();
        errors.Required(FieldPath.Of("spec", "x"));

        Rules(WithRule("false")).Validate(Json("""{"spec":{}}"""), null, errors);

        Assert.That(errors.Select(e => e.ToString()), Is.EqualTo(new[]
        {
            "spec.x: Required value",
            "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the "
            + "existing errors to complete validation",
        }));
    }

    [Test]
    public void CostlyRule_OnALargeList_EndsTheRun()
    {
        var errors = new FieldErrorList();
        var schema = WithRule("self.l.all(a, self.l.all(b, self.l.all(c, a + b + c > -1)))");

        Rules(schema).Validate(Large(1000), null, errors);

        Assert.That(errors.Select(e => e.ToString()), Is.EqualTo(new[]
        {
            "spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no further validation rules "
            + "will be run due to call cost exceeds limit for rule: "
            + "self.l.all(a, self.l.all(b, self.l.all(c, a + b + c > -1)))",
        }));
    }

    [Test]
    public void ManyRules_EachWithinItsLimit_ShareOneBudget()
    {
        var errors = new FieldErrorList();
        var schema = WithRule([.. Enumerable.Repeat("self.l.all(a, self.l.exists(b, b == a))", 100)]);

        Rules(schema).Validate(Large(250), null, errors);

        Assert.That(errors.Select(e => e.ToString()), Is.EqualTo(new[]
        {
            "spec: Invalid value: \"object\": validation failed due to running out of cost budget, no further validation "
            + "rules will be run",
        }));
    }

    private static SchemaRules Rules(JsonObject schema) => SchemaRules.Compile(StructuralSchema.Parse(schema))!;

    private static JsonObject WithRule(params string[] rules)
    {
        var schema = Json(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{"l":{"type":"array","items":{"type":"integer"}}}}}}
            """);
        schema["properties"]!["spec"]!["x-kubernetes-validations"] =
            new JsonArray([.. rules.Select(r => new JsonObject { ["rule"] = r })]);
        return schema;
    }

    private static JsonObject Large(int items) => new()
    {
        ["spec"] = new JsonObject { ["l"] = new JsonArray([.. Enumerable.Range(0, items).Select(i => JsonValue.Create(i))]) },
    };

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
