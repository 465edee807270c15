using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Extensions.Schemas.Formats;

namespace Kube1.Tests.Extensions.Schemas;

/// <summary>
/// Values against schemas: each keyword, the choice among alternatives, and what an update need not repair. "value JSON" and
/// "update OLD => NEW" are followed by the errors, "~" for those of a wrong type.
/// </summary>
public sealed class SchemaValidatorTests
{
    [TestCase("keywords.txt")]
    [TestCase("alternatives.txt")]
    [TestCase("ratcheting.txt")]
    public void Validate_Case_FindsAsUpstream(string file) =>
        Assert.That(string.Concat(SchemaTable.Read(file).Select(Run)), Is.Empty);

    [Test]
    public void Validate_Format_TakesAsUpstream()
    {
        var wrong = SchemaTable.Read("formats.txt").SelectMany(row => row.Expected.Select(line => (row, line))).Where(x =>
        {
            var text = JsonNode.Parse(x.line[2..])!.GetValue<string>();
            return SchemaFormats.Find(x.row.Word)!(text) != (x.line[0] == '=');
        });
        Assert.That(wrong.Select(x => $"{x.row.Word} {x.line}"), Is.Empty);
    }

    [Test]
    public void Validate_ManyFailures_AreBounded()
    {
        var schema = Schema("""{"type":"array","items":{"type":"integer"}}""");
        var list = new JsonArray([.. Enumerable.Range(0, 5000).Select(_ => (JsonNode)"x")]);
        var errors = new FieldErrorList();
        SchemaValidator.Validate(schema, list, null, FieldPath.Of("spec"), errors);
        Assert.That(errors, Has.Count.EqualTo(1000));
    }

    [Test]
    public void Validate_DeepAlternatives_EndsSoon()
    {
        // Each level tries its alternative and tells it once more: that must not double the work a level.
        var schema = """{"type":"integer"}""";
        var value = "\"x\"";
        for (var i = 0; i < 100; i++)
        {
            schema = $$$"""{"anyOf":[{"properties":{"a":{{{schema}}}}}]}""";
            value = $$"""{"a":{{value}}}""";
        }

        var errors = new FieldErrorList();
        SchemaValidator.Validate(Schema(schema), Node(value), null, FieldPath.Of("spec"), errors);
        Assert.That(errors, Has.Count.EqualTo(101));
    }

    [Test]
    public void Validate_SoundObject_TellsNothingAndAllocatesLittle()
    {
        var schema = StructuralSchema.Parse(SampleSchema.Definition());
        var value = SampleSchema.Value();
        var errors = new FieldErrorList();
        SchemaValidator.Validate(schema, value, value, null, errors);
        var before = GC.GetAllocatedBytesForCurrentThread();
        SchemaValidator.Validate(schema, value, value, null, errors);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Multiple(() =>
        {
            Assert.That(errors, Is.Empty);
            // Enumerators of JSON objects and lists, and nothing that grows with texts or patterns.
            Assert.That(allocated, Is.LessThan(16 * 1024));
        });
    }

    private static string Run(SchemaTable.Case row)
    {
        var parts = row.Text.Split(" => ");
        var errors = new FieldErrorList();
        var (value, old) = row.Word == "update" ? (Node(parts[1]), Node(parts[0])) : (Node(row.Text), null);
        SchemaValidator.Validate(row.Schema, value, old, null, errors);
        ListTypeRules.Validate(row.Schema, value, old, null, errors);
        return row.Compare(errors.Select(e => (e.Reason == "FieldValueTypeInvalid" ? "~ " : "- ") + e));
    }

    private static StructuralSchema Schema(string json) => StructuralSchema.Parse(Node(json)!.AsObject());

    private static JsonNode? Node(string json) =>
        JsonNode.Parse(json, null, new System.Text.Json.JsonDocumentOptions { MaxDepth = 500 });
}
