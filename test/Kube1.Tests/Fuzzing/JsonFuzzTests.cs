using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kube1.Api.Json;
using Kube1.Api.Protobuf;
using Kube1.Api.Schema;
using Kube1.ApiServer.Http;
using Kube1.Tests.Api;

namespace Kube1.Tests.Fuzzing;

/// <summary>Bodies of every built-in kind in every format: an object or a 400, and what was read stays what it is.</summary>
public sealed partial class JsonFuzzTests
{
    internal static IReadOnlyList<ResourceDescriptor> Kinds { get; } =
        [.. ResourceCatalog.All.Where(r => SchemaCatalog.BuiltIn.Find(r) is not null).DistinctBy(r => r.Kind)];

    /// <summary>Larger ones are read for their size, which is enough.</summary>
    private const int MaxRewrittenBytes = 64 * 1024;

    private static readonly Dictionary<string, SchemaType> ByKind = Kinds
        .GroupBy(r => r.Kind.Kind).ToDictionary(g => g.Key, g => SchemaCatalog.BuiltIn.Find(g.First())!);

    /// <summary>An object of each kind, as full as its schema allows.</summary>
    internal static List<byte[]> Objects(int depth)
    {
        var random = new Random(7);
        return [.. Kinds.Select(r => Encoding.UTF8.GetBytes(
            RandomJson.Fitting(random, SchemaCatalog.BuiltIn.Find(r)!, depth).ToJsonString()))];
    }

    [Test]
    public void Json_OfAnyKind_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "json", [.. Objects(4), .. Corpus.Read("json.txt"), .. HostileShapes.DeepJson(), .. HostileShapes.WideJson()],
        static bytes =>
        {
            var type = TypeOf(bytes);
            foreach (var mode in new[] { FieldValidation.Strict, FieldValidation.Warn })
            {
                CheckObject(ObjectDecoder.Decode(bytes, type, mode).Object, type);
            }
        }));

    [Test]
    public void Yaml_OfAnyKind_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "yaml",
        [
            .. Objects(4).Select(json => YamlWriter.Write(JsonNode.Parse(json)!)), .. Corpus.Read("yaml.txt"), .. DeepYaml(),
            .. HostileShapes.DeepJson(), .. HostileShapes.WideJson(),
        ],
        static bytes =>
        {
            // Whatever comes out is JSON; a body of it goes on to the same decoder as JSON.
            JsonNode.Parse(YamlConverter.ToJson(bytes), null, new() { MaxDepth = ObjectDecoder.MaxDepth + 2 });
            var type = TypeOf(bytes);
            CheckObject(ObjectDecoder.Decode(bytes, type, FieldValidation.Warn, BodyFormat.Yaml).Object, type);
        })
    {
        MayThrow = static e => e is ObjectDecodeException or Kube1.Api.Errors.ApiException { Code: 400 },
        // A short document may unfold: up to the converter's own bound.
        BytesPerByte = 100_000,
    });

    [Test]
    public void Protobuf_OfAnyKind_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "protobuf",
        [.. Objects(4).Select(ToProtobuf), .. Corpus.Read("protobuf.txt"), .. DeepProtobuf()],
        static bytes =>
        {
            var (_, kind) = ProtobufObjects.ReadKind(bytes);
            var type = ByKind.GetValueOrDefault(kind) ?? ByKind["Pod"];
            CheckObject(ObjectDecoder.Decode(bytes, type, FieldValidation.Strict, BodyFormat.Protobuf).Object, type);
        })
    {
        MayThrow = static e => e is ObjectDecodeException or Kube1.Api.Errors.ApiException { Code: 400 },
    });

    // Canonical form is a fixed point, in JSON, in YAML and through protobuf.
    private static void CheckObject(JsonObject obj, SchemaType type)
    {
        var json = CanonicalJson.Serialize(obj);
        if (json.Length > MaxRewrittenBytes)
        {
            return;
        }

        var again = CanonicalJson.Serialize(ObjectDecoder.Decode(json, type, FieldValidation.Strict).Object);
        Fuzz.Require(json.AsSpan().SequenceEqual(again), $"another object when read again:\n{Show(json)}\n{Show(again)}");

        var yaml = YamlWriter.Write(JsonNode.Parse(json, null, new() { MaxDepth = ObjectDecoder.MaxDepth + 2 })!);
        var read = ObjectDecoder.Decode(yaml, type, FieldValidation.Strict, BodyFormat.Yaml).Object;
        Fuzz.Require(JsonNode.DeepEquals(obj, read), $"another object from YAML:\n{Show(json)}\n{Show(yaml)}");

        var wire = ToProtobuf(json);
        var back = CanonicalJson.Serialize(ObjectDecoder.Decode(wire, type, FieldValidation.Strict, BodyFormat.Protobuf).Object);
        Fuzz.Require(
            ToProtobuf(back).AsSpan().SequenceEqual(wire), $"another message when written again:\n{Show(json)}\n{Show(back)}");
    }

    private static byte[] ToProtobuf(byte[] json)
    {
        var output = new ArrayBufferWriter<byte>();
        Fuzz.Require(ProtobufObjects.TryWrite(output, json), $"no protobuf for {Show(json)}");
        return output.WrittenSpan.ToArray();
    }

    private static SchemaType TypeOf(byte[] bytes) =>
        KindMember().Match(Encoding.Latin1.GetString(bytes)) is { Success: true } match
        && ByKind.TryGetValue(match.Groups[1].Value, out var type) ? type : ByKind["Pod"];

    private static string Show(byte[] bytes) => Encoding.UTF8.GetString(bytes, 0, Math.Min(bytes.Length, 4000));

    // Flow and block nesting, aliases of aliases, merges of merges, and keys that are maps.
    private static IEnumerable<byte[]> DeepYaml()
    {
        const int depth = 100_000;
        yield return HostileShapes.Ascii(HostileShapes.Repeat("- ", depth) + "a");
        yield return HostileShapes.Ascii(HostileShapes.Repeat("? ", depth) + "a");
        yield return HostileShapes.Ascii(HostileShapes.Repeat("a: {", depth));
        yield return HostileShapes.Ascii(HostileShapes.Repeat("!!map ", depth));
        yield return HostileShapes.Ascii(string.Join("", Enumerable.Range(0, 3000).Select(i => new string(' ', i) + "a:\n")));
        var laughs = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 40; i++)
        {
            laughs.Append($"a{i}: &a{i} [").AppendJoin(',', Enumerable.Repeat($"*a{i - 1}", 8)).Append("]\n");
        }

        yield return HostileShapes.Ascii(laughs.ToString());
        var merges = new StringBuilder("m0: &m0 {x: 1}\n");
        for (var i = 1; i < 60; i++)
        {
            merges.Append($"m{i}: &m{i} ").Append(HostileShapes.Repeat("{<<: ", 400)).Append($"*m{i - 1}")
                .Append(HostileShapes.Repeat("}", 400)).Append('\n');
        }

        yield return HostileShapes.Ascii(merges.ToString());
        yield return HostileShapes.Ascii("a: &a {b: *a}\n");
        yield return HostileShapes.Ascii("&a [*a]");
        yield return HostileShapes.Ascii("a: &a {<<: *a}\n");
    }

    // JSONSchemaProps nest in themselves, and a pod's message in itself by way of unknown fields.
    private static IEnumerable<byte[]> DeepProtobuf()
    {
        for (var number = 1; number < 32; number++)
        {
            byte[] message = [];
            for (var i = 0; i < 4000; i++)
            {
                message = [(byte)((number << 3) | 2), .. Varint(message.Length), .. message];
            }

            foreach (var kind in new[] { "Pod", "CustomResourceDefinition" })
            {
                var name = Encoding.ASCII.GetBytes(kind);
                byte[] meta = [0x0A, 2, .. "v1"u8, 0x12, (byte)name.Length, .. name];
                yield return [.. "k8s\0"u8, 0x0A, (byte)meta.Length, .. meta, 0x12, .. Varint(message.Length), .. message];
            }
        }
    }

    private static byte[] Varint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    [GeneratedRegex("""kind"?: ?"?(\w+)""")]
    private static partial Regex KindMember();
}
