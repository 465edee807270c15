using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

/// <summary>Typed views are made from trees without their text: they must be what the serializer makes of that text.</summary>
public sealed class TypedViewTests
{
    private static IEnumerable<Type> Kinds() => typeof(V1Pod).Assembly.GetTypes()
        .Where(type => type.IsClass && typeof(IKubernetesKind).IsAssignableFrom(type) && SchemaOf(type) is not null);

    [Test]
    public void Kinds_WithASchema_AreMany() => Assert.That(Kinds().Count(), Is.GreaterThan(40));

    [TestCaseSource(nameof(Kinds))]
    public void Deserialize_FilledTree_AsItsText(Type kind) =>
        typeof(TypedViewTests).GetMethod(nameof(Check), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(kind).CreateDelegate<Action>()();

    [TestCase("""{"metadata":null,"spec":null}""")]
    [TestCase("""{"spec":5}""")]
    [TestCase("""{"spec":[]}""")]
    [TestCase("""{"spec":{"containers":null,"nodeName":null,"hostNetwork":null}}""")]
    [TestCase("""{"spec":{"containers":{}}}""")]
    [TestCase("""{"spec":{"containers":"x"}}""")]
    [TestCase("""{"spec":{"containers":[null]}}""")]
    [TestCase("""{"spec":{"containers":[{"name":5}]}}""")]
    [TestCase("""{"spec":{"containers":[{"name":{}}]}}""")]
    [TestCase("""{"spec":{"containers":[{"args":["a",null]}]}}""")]
    [TestCase("""{"spec":{"containers":[{"ports":[{"containerPort":null}]}]}}""")]
    [TestCase("""{"spec":{"containers":[{"ports":[{"containerPort":1.5}]}]}}""")]
    [TestCase("""{"spec":{"containers":[{"ports":[{"containerPort":1e1}]}]}}""")]
    [TestCase("""{"spec":{"containers":[{"ports":[{"containerPort":3000000000}]}]}}""")]
    [TestCase("""{"spec":{"containers":[{"ports":[{"containerPort":"80"}]}]}}""")]
    [TestCase("""{"spec":{"containers":[{"readinessProbe":{"httpGet":{"port":"http"}}}]}}""")]
    [TestCase("""{"spec":{"containers":[{"readinessProbe":{"httpGet":{"port":8080}}}]}}""")]
    [TestCase("""{"spec":{"containers":[{"readinessProbe":{"httpGet":{"port":3000000000}}}]}}""")]
    [TestCase("""{"spec":{"containers":[{"readinessProbe":{"httpGet":{"port":true}}}]}}""")]
    [TestCase("""{"spec":{"hostNetwork":"true"}}""")]
    [TestCase("""{"spec":{"hostNetwork":false,"activeDeadlineSeconds":3000000000,"priority":-1}}""")]
    [TestCase("""{"spec":{"nodeSelector":{"a":1}}}""")]
    [TestCase("""{"spec":{"nodeSelector":{"a":null}}}""")]
    [TestCase("""{"spec":{"overhead":{"cpu":2,"memory":"1Gi"}}}""")]
    [TestCase("""{"spec":{"overhead":{"cpu":"x"}}}""")]
    [TestCase("""{"spec":{"overhead":{"cpu":null}}}""")]
    [TestCase("""{"metadata":{"creationTimestamp":"2026-01-01T01:00:00+01:00"}}""")]
    [TestCase("""{"metadata":{"creationTimestamp":"soon"}}""")]
    [TestCase("""{"metadata":{"generation":1.0},"unknown":{"a":[1]},"Spec":{}}""")]
    public void Deserialize_OddTree_AsItsText(string text)
    {
        var tree = Outcome(() => KubeJson.Deserialize<V1Pod>(JsonNode.Parse(text)!));

        Assert.That(tree, Is.EqualTo(Outcome(() => KubeJson.Deserialize<V1Pod>(Encoding.UTF8.GetBytes(text)))));
    }

    private static void Check<T>() where T : IKubernetesKind
    {
        var type = SchemaOf(typeof(T))!;
        for (var seed = 0; seed < 3; seed++)
        {
            var filled = FilledObject.Of(type, seed);
            var text = filled.ToJsonString();
            var expected = Text(KubeJson.Deserialize<T>(Encoding.UTF8.GetBytes(text)));

            Assert.That(Text(KubeJson.Deserialize<T>(filled)), Is.EqualTo(expected), "values put in by code");
            Assert.That(Text(KubeJson.Deserialize<T>(JsonNode.Parse(text)!)), Is.EqualTo(expected), "values not looked at yet");
            var decoded = ObjectDecoder.Decode(Encoding.UTF8.GetBytes(text), type, FieldValidation.Ignore).Object;
            Assert.That(
                Text(KubeJson.Deserialize<T>(decoded)),
                Is.EqualTo(Text(KubeJson.Deserialize<T>(Encoding.UTF8.GetBytes(decoded.ToJsonString())))), "a body");
        }
    }

    private static SchemaType? SchemaOf(Type kind) => SchemaCatalog.BuiltIn.Find(
        (GroupVersionKind)kind.GetProperty(nameof(V1Pod.GroupVersionKind), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!);

    private static string Text<T>(T view) => Encoding.UTF8.GetString(KubeJson.Serialize(view));

    private static string Outcome(Func<V1Pod> read)
    {
        try
        {
            return Text(read());
        }
        catch (JsonException)
        {
            return "no pod";
        }
    }
}
