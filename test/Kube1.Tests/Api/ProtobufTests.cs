using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Json;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>JSON to protobuf and back.</summary>
public sealed class ProtobufTests
{
    /// <summary>Messages as upstream's generated code writes them, of objects that show its rules.</summary>
    private static IEnumerable<TestCaseData> Messages()
    {
        // Plain texts always, a list, a map by key; no empty maps.
        yield return Case("core.v1.LocalObjectReference", "{}", "0a00");
        yield return Case("core.v1.ConfigMapKeySelector", """{"name":"a","key":"b","optional":false}""", "0a030a01611201621800");
        yield return Case("core.v1.SecretReference", """{"name":"é\n"}""", "0a03c3a90a1200");
        yield return Case(
            "core.v1.NodeSelectorRequirement", """{"key":"k","operator":"In","values":["b","a"]}""", "0a016b1202496e1a01621a0161");
        yield return Case("core.v1.ResourceRequirements", """{"limits":{"b":"1","a":"2"}}""", "0a080a01611203" + "0a0132" + "0a080a01621203" + "0a0131");
        yield return Case("core.v1.ConfigMapEnvSource", """{"name":"a"}""", "0a030a0161");
        // A message in place is there even when nothing is in it; what is behind a pointer is not.
        yield return Case("core.v1.Volume", """{"name":"v"}""", "0a01761200");
        yield return Case("core.v1.Volume", """{"name":"v","emptyDir":{}}""", "0a01761204" + "12020a00");
        yield return Case("core.v1.HTTPGetAction", """{"port":"x"}""", "0a00" + "1207" + "0801" + "1000" + "1a0178" + "1a00" + "2200");
        yield return Case("core.v1.TCPSocketAction", """{"port":8080}""", "0a07" + "0800" + "10903f" + "1a00" + "1200");
        yield return Case("core.v1.Toleration", """{"tolerationSeconds":-1}""", "0a001200" + "1a0022002" + "8ffffffffffffffffff01");
        // Times: whole seconds, microseconds, and nothing in the zero time.
        yield return Case(
            "core.v1.NodeCondition", """{"type":"R","status":"T","lastTransitionTime":"1970-01-01T00:00:01.9Z"}""",
            "0a0152" + "120154" + "1a00" + "2204" + "08011000" + "2a00" + "3200");
        yield return Case(
            "coordination.v1.LeaseSpec", """{"renewTime":"1970-01-01T00:00:01.000002Z"}""", "2205" + "0801" + "10d00f");
        yield return Case("core.v1.Taint", """{"key":"k","effect":"E","timeAdded":"0001-01-01T00:00:00Z"}""", "0a016b" + "1200" + "1a0145" + "2200");
        yield return Case("authentication.v1.UserInfo", """{"extra":{"k":["a"]}}""", "0a001200" + "2208" + "0a016b" + "1203" + "0a0161");
        // Three messages deep in Go, flat in JSON.
        yield return Case(
            "admissionregistration.v1.NamedRuleWithOperations", """{"operations":["*"],"apiGroups":[""],"scope":"*"}""",
            "120a" + "0a012a" + "1205" + "0a00" + "22012a");
        static TestCaseData Case(string type, string json, string hex) =>
            new TestCaseData("io.k8s.api." + type, json, hex).SetArgDisplayNames(type, json);
    }

    [TestCaseSource(nameof(Messages))]
    public void Write_Object_IsUpstreamsMessage(string typeName, string json, string hex)
    {
        using var writer = new ProtobufWriter();

        new ProtobufEncoder(writer).WriteMessage(Encoding.UTF8.GetBytes(json), SchemaCatalog.BuiltIn.Find(typeName)!);

        Assert.That(Convert.ToHexStringLower(writer.Written), Is.EqualTo(hex));
    }

    [Test]
    public void Write_Status_IsInAnEnvelope()
    {
        var output = new ArrayBufferWriter<byte>();

        Assert.That(ProtobufObjects.TryWrite(
            output, """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","code":404}"""u8.ToArray()), Is.True);

        Assert.That(Convert.ToHexStringLower(output.WrittenSpan), Is.EqualTo(
            "6b387300" + "0a0c" + "0a027631" + "1206537461747573"
            + "1218" + "0a060a0012001a00" + "12074661696c757265" + "1a00" + "2200" + "309403" + "1a00" + "2200"));
    }

    [Test]
    public void Write_UnknownKind_IsRefused()
    {
        var output = new ArrayBufferWriter<byte>();

        Assert.That(ProtobufObjects.TryWrite(output, """{"major":"1"}"""u8.ToArray()), Is.False);
        Assert.That(output.WrittenCount, Is.Zero);
    }

    [Test]
    public void RoundTrip_EveryType_LosesNothing()
    {
        var random = new Random(45);
        var tried = 0;
        foreach (var name in SchemaCatalog.BuiltIn.Names)
        {
            var type = SchemaCatalog.BuiltIn.Find(name)!;
            if (type.Fields.All(f => f.ProtoPath.Count == 0))
            {
                continue;
            }

            for (var i = 0; i < 5; i++)
            {
                var expected = RandomJson.Fitting(random, type, 5);
                var message = Message(expected, type);
                var read = new JsonObject();
                ProtobufDecoder.ReadMessage(message, type, read);
                var canonical = ObjectDecoder.DecodeRaw(CanonicalJson.Serialize(read), type);

                Assert.That(canonical.Warnings, Is.Empty, name);
                Assert.That(JsonSubset.Missing(expected, canonical.Object), Is.Null, $"{name}: {expected} {canonical.Object}");
                Assert.That(Message(canonical.Object, type), Is.EqualTo(message), name);
                tried++;
            }
        }

        Assert.That(tried, Is.GreaterThan(2500));
    }

    [Test]
    public void EveryServedKind_AndItsList_HasAMessage()
    {
        foreach (var resource in ResourceCatalog.All)
        {
            Assert.That(ProtobufObjects.TypeOf(resource.Kind.ApiVersion, resource.Kind.Kind), Is.Not.Null, resource.SchemaType);
            if (!resource.Verbs.Contains("list"))
            {
                continue;
            }

            using var list = ProtobufList.TryCreate(resource.Kind.ApiVersion, resource.ListKind);
            Assert.That(list, Is.Not.Null, resource.ListKind);
        }
    }

    [TestCase("v1", "List of v1")]
    [TestCase("v1beta1", "List of v1beta1")]
    public void List_OfManyItems_ReadsBack(string version, string kind)
    {
        const int count = 3000;
        using var list = ProtobufList.TryCreate("meta.k8s.io/" + version, "PartialObjectMetadataList")!;
        for (var i = 0; i < count; i++)
        {
            list.Add(Encoding.UTF8.GetBytes(
                """{"kind":"ignored","metadata":{"labels":{"a":"text"},"name":"item-""" + i + "\"}}"));
        }

        var whole = list.Finish("""{"resourceVersion":"7"}"""u8.ToArray()).SelectMany(p => p.ToArray()).ToArray();
        var read = JsonNode.Parse(ProtobufObjects.ToJson(whole))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((string?)read["metadata"]!["resourceVersion"], Is.EqualTo("7"), kind);
            Assert.That(read["items"]!.AsArray(), Has.Count.EqualTo(count));
            Assert.That((string?)read["items"]![count - 1]!["metadata"]!["name"], Is.EqualTo($"item-{count - 1}"));
        }
    }

    [TestCase("", "empty data")]
    [TestCase("{}", "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")]
    [TestCase("k8s\0", "empty body")]
    [TestCase("k8s\0\u0012\u0005", "proto: unexpected EOF")]
    public void Read_Malformed_IsRefused(string body, string message) => Assert.That(
        () => ProtobufObjects.ToJson(Encoding.UTF8.GetBytes(body)),
        Throws.TypeOf<ObjectDecodeException>().With.Message.EqualTo(message));

    [Test]
    public void Read_MutatedMessages_FailOnlyCleanly()
    {
        var random = new Random(46);
        var type = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Pod")!;
        for (var i = 0; i < 5_000; i++)
        {
            var output = new ArrayBufferWriter<byte>();
            ProtobufObjects.Write(output, Encoding.UTF8.GetBytes(RandomJson.Fitting(random, type, 3).ToJsonString()), "v1", "Pod", type);
            var body = output.WrittenSpan.ToArray();
            for (var j = random.Next(1, 4); j > 0; j--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            try
            {
                ObjectDecoder.Decode(
                    body.AsSpan(0, random.Next(2) == 0 ? body.Length : random.Next(body.Length)), type, FieldValidation.Warn,
                    BodyFormat.Protobuf);
            }
            catch (Kube1.Api.Errors.ApiException e)
            {
                Assert.That(e.Code, Is.EqualTo(400));
            }
        }
    }

    private static byte[] Message(JsonObject obj, SchemaType type)
    {
        using var writer = new ProtobufWriter();
        new ProtobufEncoder(writer).WriteMessage(CanonicalJson.Serialize(obj), type);
        return writer.Written.ToArray();
    }
}
