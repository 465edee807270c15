using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Patches;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

public sealed class PatchTests
{
    private static readonly SchemaType Deployment = SchemaCatalog.BuiltIn.Find("io.k8s.api.apps.v1.Deployment")!;
    private static readonly SchemaType Pod = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Pod")!;
    private static readonly SchemaType Service = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Service")!;

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;

    private static JsonArray List(string text) => (JsonArray)JsonNode.Parse(text)!;

    [TestCase("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [TestCase("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [TestCase("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [TestCase("""{"a":[]}""", """[{"op":"add","path":"/a/0","value":{"b":null}}]""", """{"a":[{"b":null}]}""")]
    [TestCase("""{"a":1,"b":2}""", """[{"op":"remove","path":"/a"}]""", """{"b":2}""")]
    [TestCase("""{"a":[1,2,3]}""", """[{"op":"remove","path":"/a/1"}]""", """{"a":[1,3]}""")]
    [TestCase("""{"a":1}""", """[{"op":"replace","path":"/a","value":{"x":[]}}]""", """{"a":{"x":[]}}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"replace","path":"/a/0","value":9}]""", """{"a":[9,2]}""")]
    [TestCase("""{"a":{"b":1},"c":{}}""", """[{"op":"move","from":"/a/b","path":"/c/d"}]""", """{"a":{},"c":{"d":1}}""")]
    [TestCase("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"}]""", """{"a":{"b":1},"c":{"b":1}}""")]
    [TestCase("""{"a/b":1,"m~n":2}""", """[{"op":"remove","path":"/a~1b"},{"op":"replace","path":"/m~0n","value":3}]""", """{"m~n":3}""")]
    [TestCase("""{"a":1}""", """[{"op":"test","path":"/a","value":1},{"op":"test","path":"/z","value":null}]""", """{"a":1}""")]
    [TestCase("""{"a":{"x":1,"y":[1,"b"]}}""", """[{"op":"test","path":"/a","value":{"y":[1,"b"],"x":1}}]""", """{"a":{"x":1,"y":[1,"b"]}}""")]
    [TestCase("""{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""")]
    public void JsonPatch_Operations_Apply(string document, string patch, string expected)
    {
        var original = Json(document);
        var result = JsonPatch.Apply(original, List(patch));

        Assert.That(result.ToJsonString(), Is.EqualTo(expected));
        Assert.That(original.ToJsonString(), Is.EqualTo(document));
    }

    [Test]
    public void JsonPatch_Test_ComparesDecodedNumbersByValue()
    {
        var pod = ObjectDecoder.Decode("""{"spec":{"activeDeadlineSeconds":5,"priority":7}}"""u8, Pod, FieldValidation.Strict);

        Assert.That(
            () => JsonPatch.Apply(pod.Object, List("""[{"op":"test","path":"/spec/priority","value":7.0},{"op":"test","path":"/spec/activeDeadlineSeconds","value":5}]""")),
            Throws.Nothing);
    }

    [TestCase("""[{"op":"remove","path":"/z"}]""")]
    [TestCase("""[{"op":"replace","path":"/z","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/z/y","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/list/3","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/list/01","value":1}]""")]
    [TestCase("""[{"op":"add","path":"/list/-1","value":1}]""")]
    [TestCase("""[{"op":"remove","path":"/list/-"}]""")]
    [TestCase("""[{"op":"test","path":"/a","value":2}]""")]
    [TestCase("""[{"op":"add","path":"/b"}]""")]
    [TestCase("""[{"op":"add","path":"b","value":1}]""")]
    [TestCase("""[{"op":"jump","path":"/b"}]""")]
    [TestCase("""[{"op":"move","from":"/map","path":"/map/x"}]""")]
    [TestCase("""[{"op":"remove","path":""}]""")]
    [TestCase("""[{}]""")]
    public void JsonPatch_DoesNotFit_Is422(string patch)
    {
        var error = Assert.Throws<ApiException>(
            () => JsonPatch.Apply(Json("""{"a":1,"list":[1],"map":{}}"""), List(patch)))!;

        Assert.That(error.Code, Is.EqualTo(422));
        Assert.That(error.Message, Is.EqualTo("the server rejected our request due to an error in our request"));
    }

    [Test]
    public void JsonPatch_TooManyOperations_Is413()
    {
        var patch = "[" + string.Join(',', Enumerable.Repeat("""{"op":"add","path":"/a","value":1}""", 10_001)) + "]";
        var error = Assert.Throws<ApiException>(() => JsonPatch.Apply(Json("{}"), List(patch)))!;

        Assert.That((error.Code, error.Message), Is.EqualTo((413,
            "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001")));
    }

    [Test]
    public void JsonPatch_CopiesOfCopies_AreBounded()
    {
        var copies = Enumerable.Range(0, 40).Select(i => $$"""{"op":"copy","from":"/a","path":"/a/c{{i}}"}""");
        var patch = "[" + string.Join(',', copies) + "]";

        Assert.That(
            () => JsonPatch.Apply(Json("""{"a":{"x":"0123456789"}}"""), List(patch)),
            Throws.TypeOf<ApiException>());
    }

    [TestCase("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [TestCase("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [TestCase("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [TestCase("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void MergePatch_Rfc7386Cases_Apply(string document, string patch, string expected) => Assert.That(
        JsonMergePatch.Apply(Json(document), Json(patch)).ToJsonString(), Is.EqualTo(expected));

    [Test]
    public void MergePatch_Create_IsUndoneByApply()
    {
        var before = Json("""{"a":1,"b":{"c":[1],"d":"x"},"e":null}""");
        var after = Json("""{"a":1,"b":{"c":[2],"f":{}},"g":true}""");
        var patch = JsonMergePatch.Create(before, after);

        Assert.That(JsonMergePatch.Apply(before, patch).ToJsonString(), Is.EqualTo("""{"a":1,"b":{"c":[2],"f":{}},"g":true}"""));
    }

    private static IEnumerable<TestCaseData> Strategic()
    {
        // maps and scalars
        yield return Case(Pod, """{"spec":{"nodeName":"a","priority":1}}""", """{"spec":{"nodeName":null,"priority":2,"hostname":"h"}}""", """{"spec":{"priority":2,"hostname":"h"}}""");
        yield return Case(Pod, """{"metadata":{"labels":{"a":"1","b":"2"}}}""", """{"metadata":{"labels":{"a":null,"c":"3"}}}""", """{"metadata":{"labels":{"b":"2","c":"3"}}}""");
        yield return Case(Pod, """{"metadata":{}}""", """{"metadata":{"labels":{"a":null,"c":"3"}}}""", """{"metadata":{"labels":{"c":"3"}}}""");
        yield return Case(Pod, """{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"replace","c":"3"}}}""", """{"metadata":{"labels":{"c":"3"}}}""");
        yield return Case(Pod, """{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"delete"}}}""", """{"metadata":{"labels":{}}}""");
        yield return Case(Pod, """{"a":1}""", """{"b":{"c":1}}""", """{"a":1,"b":{"c":1}}""");
        // lists of objects by merge key
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a","image":"1"}]}}""", """{"spec":{"containers":[{"name":"a","image":"2"}]}}""", """{"spec":{"containers":[{"name":"a","image":"2"}]}}""");
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a"}]}}""", """{"spec":{"containers":[{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""");
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""", """{"spec":{"containers":[{"name":"b"}]}}""");
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}}""", """{"spec":{"containers":[{"name":"c"}]}}""");
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]}}""", """{"spec":{"containers":[{"name":"a","env":[{"name":"Y","value":"3"},{"name":"X","$patch":"delete"}]}]}}""", """{"spec":{"containers":[{"name":"a","env":[{"name":"Y","value":"3"}]}]}}""");
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}""", """{"spec":{"containers":[{"name":"c","image":"x"},{"name":"a","image":"y"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"c","image":"x"},{"name":"a","image":"y"}]}}""");
        yield return Case(Pod, """{"spec":{}}""", """{"spec":{"containers":[{"name":"a","env":[{"name":"X","$patch":"delete"},{"name":"Y","value":null}]}]}}""", """{"spec":{"containers":[{"name":"a","env":[{"name":"Y"}]}]}}""");
        yield return Case(Service, """{"spec":{"ports":[{"port":80,"name":"a"}]}}""", """{"spec":{"ports":[{"port":81,"name":"b"},{"port":80,"nodePort":30000}]}}""", """{"spec":{"ports":[{"port":81,"name":"b"},{"port":80,"name":"a","nodePort":30000}]}}""");
        // lists that are replaced
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a","args":["1","2"]}]}}""", """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""", """{"spec":{"containers":[{"name":"a","args":["3"]}]}}""");
        yield return Case(Pod, """{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""");
        // lists of scalars
        yield return Case(Pod, """{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"finalizers":["c","a"]}}""", """{"metadata":{"finalizers":["c","a","b"]}}""");
        yield return Case(Pod, """{"metadata":{"finalizers":["a","b","c"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a","z"]}}""", """{"metadata":{"finalizers":["b","c"]}}""");
        yield return Case(Pod, """{"metadata":{"finalizers":["a","b","c"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"$setElementOrder/finalizers":["c","b"]}}""", """{"metadata":{"finalizers":["c","b"]}}""");
        yield return Case(Pod, """{"metadata":{"finalizers":["a","b"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":null}}""", """{"metadata":{}}""");
        yield return Case(Pod, """{"metadata":{"finalizers":["a"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":1,"$deleteFromPrimitiveList/x":["y"]}}""", """{"metadata":{"finalizers":["a"]}}""");
        // directives in what is new: maps with $patch go, others are fields that nobody knows
        yield return Case(Deployment, """{"spec":{}}""", """{"spec":{"strategy":{"$patch":"replace","type":"Recreate"}}}""", """{"spec":{}}""");
        yield return Case(Deployment, """{"spec":{}}""", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""");
        // order
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"s"}]}}""", """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"n"},{"name":"a"}],"containers":[{"name":"n"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"n"},{"name":"a"},{"name":"s"}]}}""");
        yield return Case(Pod, """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""", """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""", """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""");
        // retainKeys
        yield return Case(Deployment, """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""", """{"spec":{"strategy":{"type":"Recreate"}}}""");
        yield return Case(Deployment, """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""", """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate","rollingUpdate":null}}}""", """{"spec":{"strategy":{"type":"Recreate"}}}""");
        yield return Case(Pod, """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""", """{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}""", """{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}""");
        // items that are empty objects stay
        yield return Case(SchemaCatalog.BuiltIn.Find("io.k8s.api.networking.v1.NetworkPolicy")!, """{"spec":{}}""", """{"spec":{"ingress":[{}]}}""", """{"spec":{"ingress":[{}]}}""");
        static TestCaseData Case(SchemaType type, string original, string patch, string expected) =>
            new TestCaseData(type, original, patch, expected).SetArgDisplayNames(original, patch);
    }

    [TestCaseSource(nameof(Strategic))]
    public void StrategicMerge_Patch_Applies(SchemaType type, string original, string patch, string expected)
    {
        var before = Json(original);
        var result = StrategicMergePatch.Apply(before, Json(patch), type);

        Assert.That(result.ToJsonString(), Is.EqualTo(expected));
        Assert.That(before.ToJsonString(), Is.EqualTo(original));
    }

    [TestCase("""{"$patch":"jump"}""", 500, "unknown patch type: jump in map: map[$patch:jump]")]
    [TestCase("""{"spec":{"$patch":"merge","a":1}}""", 500, "unknown patch type: merge in map: map[$patch:merge a:1]")]
    [TestCase("""{"$patch":5}""", 500, "unknown patch type: %!s(int64=5) in map: map[$patch:5]")]
    [TestCase("""{"spec":{"containers":[{"image":"x"}]}}""", 500, "map: map[image:x] does not contain declared merge key: name")]
    [TestCase("""{"spec":{"containers":[{"name":"a","$patch":"merge"}]}}""", 500, "merging lists cannot yet be specified in the patch")]
    [TestCase("""{"spec":{"$retainKeys":"x"}}""", 400, "invalid patch format of retainKeys")]
    [TestCase("""{"spec":{"$retainKeys":["a"],"b":1}}""", 400, "invalid patch format of retainKeys")]
    [TestCase("""{"spec":{"$setElementOrder/containers":1}}""", 500, "expected a []interface {}, but received a int64")]
    [TestCase("""{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]}}""", 500, "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n")]
    [TestCase("""{"spec":{"containers":[{"name":"a","$patch":"jump"}]}}""", 500, "unknown patch type: jump in map: map[$patch:jump name:a]")]
    [TestCase("""{"spec":{"containers":[1]}}""", 500, "list element types are not identical: [[map[name:a]] [1]]")]
    public void StrategicMerge_BadPatch_IsRefused(string patch, int code, string message)
    {
        var error = Assert.Throws<ApiException>(() => StrategicMergePatch.Apply(
            Json("""{"spec":{"containers":[{"name":"a"}]}}"""), Json(patch), Pod))!;

        Assert.That((error.Code, error.Message), Is.EqualTo((code, message)));
    }

    [Test]
    public void Patches_RandomInput_FailOnlyCleanly()
    {
        var random = new Random(20260201);
        for (var i = 0; i < 20_000; i++)
        {
            var original = (JsonObject)RandomJson.Object(random, 3);
            var before = original.ToJsonString();
            var patch = RandomJson.Object(random, 3);
            foreach (var apply in (Func<JsonNode>[])
                [
                    () => StrategicMergePatch.Apply(original, (JsonObject)patch, Pod),
                    () => JsonMergePatch.Apply(original, patch),
                    () => JsonPatch.Apply(original, new JsonArray(RandomJson.Operation(random), RandomJson.Operation(random))),
                ])
            {
                try
                {
                    Assert.That(apply(), Is.Not.Null);
                }
                catch (ApiException e)
                {
                    Assert.That(e.Code, Is.AnyOf(400, 422, 500));
                }
            }

            Assert.That(original.ToJsonString(), Is.EqualTo(before));
        }
    }
}
