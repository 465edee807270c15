using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Patches;
using Kube1.Api.Schema;
using Kube1.Tests.Api;

namespace Kube1.Tests.Fuzzing;

/// <summary>Patches of every form on a full pod: an object or a 4xx, and the patched object stays as it was.</summary>
public sealed class PatchFuzzTests
{
    private static readonly SchemaType Pod = SchemaCatalog.BuiltIn.Find(new GroupVersionKind("", "v1", "Pod"))!;
    private static readonly JsonObject Full = RandomJson.Fitting(new Random(3), Pod, 5);

    /// <summary>About what a body of 3 MiB holds.</summary>
    private const int Wide = 100_000;

    private static readonly string[] Words =
    [
        "\"$patch\":", "\"delete\"", "\"replace\"", "\"$retainKeys\":", "\"$setElementOrder/containers\":",
        "\"$deleteFromPrimitiveList/finalizers\":", "/spec/containers/0", "/metadata/labels/k", "/-", "~0", "~1", "~2",
        "\"copy\"", "\"move\"", "\"from\"",
    ];

    [Test]
    public void JsonPatch_Any_GivesAnObjectOrIsRefused()
    {
        var random = new Random(5);
        var operations = Enumerable.Range(0, 60).Select(_ => Encoding.UTF8.GetBytes(new JsonArray(
            [.. Enumerable.Range(0, 3).Select(_ => RandomJson.Operation(random))]).ToJsonString()));
        Fuzz.Check(new FuzzTarget(
            "JSON patch",
            [.. operations, .. Corpus.Read("jsonpatch.txt"), .. HostileShapes.DeepJson(), .. HostileShapes.WideJson(), .. WideOperations()],
            static bytes => CheckPatched(JsonPatch.Apply(Full, PatchBody.ReadOperations(bytes, Mode(bytes), out _))))
        {
            Words = Words,
            BytesPerByte = 2000,
        });
    }

    [Test]
    public void MergePatch_Any_GivesAnObjectOrIsRefused() => Fuzz.Check(new FuzzTarget(
        "merge patch", Patches(), static bytes =>
        {
            var patch = PatchBody.ReadMerge(bytes, Mode(bytes), out _);
            var patched = JsonMergePatch.Apply(Full, patch);
            CheckPatched(patched);

            // A merge patch says what shall be: once more changes nothing.
            Fuzz.Require(JsonNode.DeepEquals(patched, JsonMergePatch.Apply(patched, patch)), "the second time changes something");
        }) { Words = Words });

    [Test]
    public void StrategicMergePatch_Any_GivesAnObjectOrIsRefused() => Fuzz.Check(new FuzzTarget(
        "strategic merge patch", Patches(), static bytes => CheckPatched(StrategicMergePatch.Apply(Full, Strategic(bytes), Pod)))
    {
        // Patches that do not fit the object are an error of its own kind in upstream, a plain 500: see PatchErrors.
        MayThrow = static e => e is Kube1.Api.Errors.ApiException,
        Words = Words,
        BytesPerByte = 2000,
    });

    [Test]
    public void StrategicMergePatch_WideOnWide_EndsSoon() => Fuzz.Check(new FuzzTarget(
        "wide patches", [.. WidePatches()], static bytes => CheckPatched(StrategicMergePatch.Apply(WideObject, Strategic(bytes), Pod)))
    {
        MayThrow = static e => e is Kube1.Api.Errors.ApiException,
        BytesPerByte = 4000,
        // The object itself is copied and read again.
        FloorBytes = 256 * 1024 * 1024,
    });

    [Test]
    public void ApplyConfiguration_Any_IsReadOrRefused() => Fuzz.Check(new FuzzTarget(
        "apply configuration", [.. Patches(), .. Corpus.Read("yaml.txt")],
        static bytes => ApplyConfiguration.Read(bytes, out _)) { Words = Words, BytesPerByte = 100_000 });

    private static JsonObject WideObject { get; } = new()
    {
        ["metadata"] = new JsonObject
        {
            ["finalizers"] = new JsonArray([.. Enumerable.Range(0, Wide / 2).Select(i => JsonValue.Create($"f{i}"))]),
            ["annotations"] = new JsonObject(Enumerable.Range(0, Wide / 2)
                .Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)JsonValue.Create("v")))),
        },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray([.. Enumerable.Range(0, Wide / 4)
                .Select(i => new JsonObject { ["name"] = $"c{i}" })]),
        },
    };

    // Each input meets one of the three modes, always the same one.
    private static FieldValidation Mode(byte[] bytes) => (FieldValidation)(bytes.Length % 3);

    private static JsonObject Strategic(byte[] bytes) => PatchBody.ReadStrategic(bytes, Mode(bytes), out _);

    private static List<byte[]> Patches()
    {
        var random = new Random(11);
        return
        [
            .. Enumerable.Range(0, 60).Select(_ => Encoding.UTF8.GetBytes(RandomJson.Object(random, 5).ToJsonString())),
            Encoding.UTF8.GetBytes(Full.ToJsonString()), .. Corpus.Read("patch.txt"), .. HostileShapes.DeepJson(),
            .. HostileShapes.WideJson(),
        ];
    }

    // Each undoes or reorders all of a wide object: anything quadratic takes minutes.
    private static IEnumerable<byte[]> WidePatches()
    {
        var names = Enumerable.Range(0, Wide / 2).Reverse().ToList();
        string All(Func<int, string> item) => string.Join(',', names.Select(item));
        yield return HostileShapes.Ascii($"{{\"metadata\":{{\"annotations\":{{{All(i => $"\"k{i}\":null")}}}}}}}");
        yield return HostileShapes.Ascii($"{{\"metadata\":{{\"$retainKeys\":[{All(i => $"\"k{i}\"")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"metadata\":{{\"annotations\":{{\"$retainKeys\":[],\"x\":null}}}}}}");
        yield return HostileShapes.Ascii($"{{\"metadata\":{{\"finalizers\":[{All(i => $"\"g{i}\"")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"metadata\":{{\"$deleteFromPrimitiveList/finalizers\":[{All(i => $"\"f{i}\"")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"metadata\":{{\"$setElementOrder/finalizers\":[{All(i => $"\"f{i}\"")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"spec\":{{\"containers\":[{All(i => $"{{\"name\":\"c{i}\",\"image\":\"x\"}}")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"spec\":{{\"containers\":[{All(i => $"{{\"name\":\"c{i}\",\"$patch\":\"delete\"}}")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"spec\":{{\"volumes\":[{All(i => i % 2 == 0 ? "{\"$patch\":\"x\"}" : "1")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"spec\":{{\"x\":[{All(i => i % 2 == 0 ? "{\"$patch\":\"x\"}" : "1")}]}}}}");
        yield return HostileShapes.Ascii($"{{\"spec\":{{\"x\":{{{All(i => $"\"k{i}\":null")}}}}}}}");
    }

    private static IEnumerable<byte[]> WideOperations()
    {
        const int count = JsonPatch.MaxOperations;
        string All(string operation) => "[" + string.Join(',', Enumerable.Repeat(operation, count)) + "]";
        yield return HostileShapes.Ascii(All("""{"op":"copy","from":"/metadata","path":"/metadata/x"}"""));
        yield return HostileShapes.Ascii(All("""{"op":"add","path":"/spec/containers/0","value":{}}"""));
        yield return HostileShapes.Ascii(All("""{"op":"move","from":"/spec","path":"/spec"}"""));
        yield return HostileShapes.Ascii(All("""{"op":"test","path":"/spec","value":{}}"""));
    }

    private static void CheckPatched(JsonNode patched)
    {
        // What is no object is refused behind this; the rest becomes canonical, or does not fit the schema.
        if (patched is JsonObject obj)
        {
            try
            {
                ObjectDecoder.Canonicalize(obj, Pod);
            }
            catch (ObjectDecodeException)
            {
                // Does not fit.
            }
        }
    }
}
