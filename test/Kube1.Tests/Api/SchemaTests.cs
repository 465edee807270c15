using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

public sealed class SchemaTests
{
    [Test]
    public void Catalog_EveryTypeOfTheTable_ResolvesAllItsFields()
    {
        foreach (var name in SchemaCatalog.BuiltIn.Names)
        {
            var type = SchemaCatalog.BuiltIn.Find(name)!;
            foreach (var field in type.Fields)
            {
                Assert.That(type.Find(field.JsonName), Is.SameAs(field), name);
                Assert.That(
                    field.Value.Innermost is { Kind: SchemaKind.Object, Type: null }, Is.False, $"{name}.{field.JsonName}");
            }

            Assert.That(type.Find("noSuchField"), Is.Null);
        }
    }

    [Test]
    public void Catalog_Resources_KeepTheTablesOrderAndHaveTypes()
    {
        Assert.That(ResourceCatalog.All[0].Resource.Resource, Is.EqualTo("apiservices"));
        foreach (var resource in ResourceCatalog.All)
        {
            Assert.That(SchemaCatalog.BuiltIn.Find(resource), Is.Not.Null, resource.SchemaType);
            Assert.That(SchemaCatalog.BuiltIn.Find(resource)!.Kind, Is.EqualTo(resource.Kind));
            Assert.That(ResourceCatalog.Find(resource.Resource), Is.SameAs(resource));
        }

        var pods = ResourceCatalog.Find(new GroupVersionResource("", "v1", "pods"))!;
        Assert.That(pods.Subresources.Select(s => s.Name), Does.Contain("eviction").And.Contain("log").And.Contain("status"));
        Assert.That(pods.Subresources.Single(s => s.Name == "eviction").Kind, Is.EqualTo(new GroupVersionKind("policy", "v1", "Eviction")));
        Assert.That(pods.ShortNames, Is.EqualTo(["po"]));
    }

    [Test]
    public void Catalog_PodSpecContainers_HaveTheirMergeFacts()
    {
        var field = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.PodSpec")!.Find("containers")!;
        var ports = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Container")!.Find("ports")!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That((field.Kind, field.Required, field.PatchMergeKey, field.ListType, field.Merges),
                Is.EqualTo((SchemaKind.List, true, "name", "map", true)));
            Assert.That(ports.ListMapKeys, Is.EqualTo(["containerPort", "protocol"]));
            Assert.That(field.Value.Element!.Type!.Name, Is.EqualTo("io.k8s.api.core.v1.Container"));
        }
    }

    [Test]
    public void RoundTrip_EveryType_IsUnchanged()
    {
        var random = new Random(42);
        foreach (var name in SchemaCatalog.BuiltIn.Names)
        {
            var type = SchemaCatalog.BuiltIn.Find(name)!;
            if (type.Fields.Count == 0)
            {
                continue;
            }

            for (var i = 0; i < 3; i++)
            {
                var expected = RandomJson.Fitting(random, type, 4);
                var decoded = ObjectDecoder.Decode(Encoding.UTF8.GetBytes(expected.ToJsonString()), type, FieldValidation.Strict);
                Assert.That(JsonNode.DeepEquals(decoded.Object, expected), Is.True, $"{name}: {expected} {decoded.Object}");
                Assert.That(
                    JsonNode.DeepEquals(ObjectDecoder.Canonicalize(expected, type).Object, expected), Is.True, name);
            }
        }
    }

    [Test]
    public void RoundTrip_ThroughTypedView_LosesNothing()
    {
        var random = new Random(43);
        var type = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Pod")!;
        for (var i = 0; i < 50; i++)
        {
            var pod = RandomJson.Fitting(random, type, 6);
            var view = KubeJson.Deserialize<V1Pod>(pod);
            var back = ObjectDecoder.Canonicalize(KubeJson.ToJson(view), type);
            Assert.That(back.Warnings, Is.Empty);
        }
    }

    [Test]
    public void Decode_MutatedBodies_FailOnlyCleanly()
    {
        var random = new Random(44);
        var type = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Pod")!;
        for (var i = 0; i < 20_000; i++)
        {
            var body = Encoding.UTF8.GetBytes(RandomJson.Fitting(random, type, 3).ToJsonString());
            for (var j = random.Next(1, 4); j > 0; j--)
            {
                body[random.Next(body.Length)] = random.Next(3) == 0
                    ? (byte)random.Next(256)
                    : (byte)"{}[]\",:0-\\ntf"[random.Next(13)];
            }

            try
            {
                var length = random.Next(2) == 0 ? body.Length : random.Next(body.Length);
                var decoded = ObjectDecoder.Decode(body.AsSpan(0, length), type, FieldValidation.Warn);
                Assert.That(CanonicalJson.ToBytes(decoded.Object), Is.Not.Empty);
            }
            catch (ApiException e)
            {
                Assert.That(e.Code, Is.EqualTo(400));
                Assert.That(e.Message, Does.Not.Contain("BytePosition"));
            }
        }
    }

    [Test]
    public void Defaults_OfTheTable_AreAppliedAllTheWayDown()
    {
        var type = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Pod")!;
        var pod = (JsonObject)JsonNode.Parse("""{"spec":{"containers":[{"ports":[{"containerPort":1},{"protocol":"UDP"}]}]}}""")!;

        SchemaDefaults.Apply(pod, type);
        SchemaDefaults.Apply(pod, type);

        Assert.That(pod.ToJsonString(), Is.EqualTo(
            """{"spec":{"containers":[{"ports":[{"containerPort":1,"protocol":"TCP"},{"protocol":"UDP"}]}]}}"""));
    }

    [Test]
    public void CustomType_BuiltByHand_PrunesPreservesAndKeepsNulls()
    {
        var type = new SchemaType("example.com.v1.Widget",
        [
            new SchemaField("size", SchemaValue.Of(SchemaKind.Integer64)) { Nullable = true, Default = "3" },
            new SchemaField("free", SchemaValue.ObjectOf(new SchemaType("free", []) { PreservesUnknownFields = true })),
            new SchemaField("named", SchemaValue.ObjectOf(new SchemaType("named", []) { AdditionalProperties = SchemaValue.String })),
        ]) { Kind = new GroupVersionKind("example.com", "v1", "Widget") };
        var decoded = ObjectDecoder.DecodeRaw("""{"size":null,"x":1,"free":{"a":[]},"named":{"b":"c"}}"""u8, type);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decoded.Object.ToJsonString(), Is.EqualTo("""{"size":null,"free":{"a":[]},"named":{"b":"c"}}"""));
            Assert.That(decoded.Warnings, Is.EqualTo(["unknown field \"x\""]));
            Assert.That(() => ObjectDecoder.DecodeRaw("""{"named":{"b":1}}"""u8, type), Throws.TypeOf<ObjectDecodeException>());
        }
    }

    [Test]
    public void Decode_FourKilobytePod_StaysInItsAllocationBudget()
    {
        var type = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Pod")!;
        var containers = string.Join(',', Enumerable.Range(0, 8).Select(i =>
            $$$$"""{"name":"c{{{{i}}}}","image":"registry.example.com/team/app:{{{{i}}}}","args":["--a=1","--b=2"],"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],"ports":[{"containerPort":80,"name":"http","protocol":"TCP"}],"resources":{"requests":{"cpu":"100m","memory":"128Mi"},"limits":{"cpu":"1","memory":"1Gi"}},"volumeMounts":[{"name":"v","mountPath":"/v"}]}"""));
        var body = Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n","labels":{"app":"web"}},"spec":{"containers":[{{{containers}}}],"volumes":[{"name":"v","emptyDir":{}}]}}""");
        for (var i = 0; i < 500; i++)
        {
            ObjectDecoder.Decode(body, type, FieldValidation.Strict);
        }

        const int rounds = 2000;
        var bytesBefore = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < rounds; i++)
        {
            ObjectDecoder.Decode(body, type, FieldValidation.Strict);
        }

        var elapsed = watch.Elapsed;
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - bytesBefore) / rounds;
        TestContext.Out.WriteLine($"{body.Length} bytes: {elapsed.TotalMicroseconds / rounds:F1} us, {bytes} bytes allocated");
        Assert.That(bytes, Is.LessThan(120_000));
    }
}
