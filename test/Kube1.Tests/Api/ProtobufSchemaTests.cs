using System.Buffers;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>CRDs in protobuf, whose schemas nest as deep as the client likes: what JSON cannot hold is refused.</summary>
public sealed class ProtobufSchemaTests
{
    private const string Package = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";

    private static readonly SchemaType Definition = SchemaCatalog.BuiltIn.Find(Package + "CustomResourceDefinition")!;
    private static readonly SchemaType Props = SchemaCatalog.BuiltIn.Find(Package + "JSONSchemaProps")!;

    // Each property is two levels of JSON, a map and an object; above them are six.
    [TestCase(240)]
    [TestCase(247)]
    public void Decode_DeepSchema_Taken(int levels)
    {
        JsonNode? schema = Decode(Nested(levels))["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"];
        for (var i = 0; i < levels; i++)
        {
            schema = schema!["properties"]!["p"];
        }

        Assert.That((string?)schema!["type"], Is.EqualTo("object"));
    }

    [TestCase(248)]
    [TestCase(260)]
    [TestCase(2000)]
    public void Decode_SchemaTooDeep_BadRequest(int levels) => Assert.That(
        () => Decode(Nested(levels)),
        Throws.TypeOf<ApiException>().With.Property("Code").EqualTo(400).And.Message.Contains("exceeded max depth"));

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    public void Decode_NumberThatIsNotFinite_BadRequest(double number)
    {
        using var props = new ProtobufWriter();
        props.WriteDouble(NumberOf(Props, "maximum"), number);
        var schema = props.Written.ToArray();

        Assert.That(
            () => Decode(schema),
            Throws.TypeOf<ApiException>().With.Property("Code").EqualTo(400).And.Message.Contains("not finite"));
    }

    [TestCase("{\"a\":\"\\ud800\"}", "{\"a\":\"\uFFFD\"}")]
    [TestCase("[1,{\"b\":null}]", "[1,{\"b\":null}]")]
    public void Decode_EmbeddedJson_ReadAsABodyIs(string embedded, string expected)
    {
        var schema = Message(Props, "default", Field(1, System.Text.Encoding.UTF8.GetBytes(embedded)));

        var read = SchemaOf(Decode(schema))["default"]!;
        Assert.That(JsonNode.DeepEquals(read, JsonNode.Parse(expected)), Is.True, read.ToJsonString());
    }

    [Test]
    public void Decode_EmbeddedJsonTooDeep_BadRequest()
    {
        var embedded = System.Text.Encoding.UTF8.GetBytes(new string('[', 499) + new string(']', 499));
        var schema = Message(Props, "default", Field(1, embedded));

        Assert.That(() => Decode(schema), Throws.TypeOf<ApiException>().With.Property("Code").EqualTo(400));
    }

    [Test]
    public void Decode_SchemaAndList_TheListWins()
    {
        var one = Message(Props, "type", "string"u8.ToArray());
        var both = Field(1, one).Concat(Field(2, one)).ToArray();

        Assert.That(SchemaOf(Decode(Message(Props, "items", both)))["items"]!.ToJsonString(), Is.EqualTo("""[{"type":"string"}]"""));
        Assert.That(
            SchemaOf(Decode(Message(Props, "items", Field(1, one))))["items"]!.ToJsonString(), Is.EqualTo("""{"type":"string"}"""));
    }

    [Test]
    public void Decode_SchemaAndFlag_TheSchemaWins()
    {
        var both = new byte[] { 8, 0 }.Concat(Field(2, Message(Props, "type", "string"u8.ToArray()))).ToArray();

        var schema = SchemaOf(Decode(Message(Props, "additionalProperties", both)));
        Assert.That(schema["additionalProperties"]!.ToJsonString(), Is.EqualTo("""{"type":"string"}"""));
    }

    private static JsonNode SchemaOf(JsonObject definition) =>
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!;

    private static byte[] Nested(int levels)
    {
        var schema = Message(Props, "type", "object"u8.ToArray());
        for (var i = 0; i < levels; i++)
        {
            schema = Message(Props, "properties", [.. Field(1, "p"u8.ToArray()), .. Field(2, schema)]);
        }

        return schema;
    }

    private static JsonObject Decode(byte[] schema)
    {
        var spec = Definition.Find("spec")!.Value.Type!;
        var version = spec.Find("versions")!.Value.Element!.Type!;
        var validation = version.Find("schema")!.Value.Type!;
        var message = Message(
            Definition, "spec", Message(spec, "versions", Message(version, "schema", Message(validation, "openAPIV3Schema", schema))));
        var output = new ArrayBufferWriter<byte>();
        ProtobufObjects.WriteHead(output, "apiextensions.k8s.io/v1", "CustomResourceDefinition", message.Length);
        output.Write(message);
        ProtobufObjects.WriteTail(output);
        return ObjectDecoder.Decode(output.WrittenSpan, Definition, FieldValidation.Warn, BodyFormat.Protobuf).Object;
    }

    private static byte[] Message(SchemaType type, string field, byte[] content) => Field(NumberOf(type, field), content);

    private static int NumberOf(SchemaType type, string field) => type.Find(field)!.ProtoPath.Single();

    private static byte[] Field(int number, byte[] content)
    {
        using var writer = new ProtobufWriter();
        writer.WriteBytes(number, content);
        return writer.Written.ToArray();
    }
}
