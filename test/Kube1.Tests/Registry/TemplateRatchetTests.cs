using System.Text.Json.Nodes;

namespace Kube1.Tests.Registry;

/// <summary>What is no longer let into templates stays in those that have it already, or their owners could not be scaled.</summary>
public sealed class TemplateRatchetTests
{
    private const string Selected = """{"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}}}}""";

    private const string Restarting = """
        {"initContainers":[{"name":"i","image":"i","resizePolicy":[{"resourceName":"cpu","restartPolicy":"RestartContainer"}]}]}
        """;

    [TestCase("apps", "deployments", Selected)]
    [TestCase("apps", "replicasets", Selected)]
    [TestCase("apps", "daemonsets", Selected)]
    [TestCase("apps", "statefulsets", Selected)]
    [TestCase("", "replicationcontrollers", """{"spec":{"selector":{"a":"b"}}}""")]
    [TestCase("", "podtemplates", "{}")]
    [TestCase("batch", "cronjobs", """{"spec":{"schedule":"@daily","jobTemplate":{"spec":{}}}}""")]
    public void Update_InitContainerThatRestarts_StaysButDoesNotCome(string group, string resource, string owner)
    {
        var kind = new Kind(group, resource);
        var (sound, restarting) = (Object(new JsonObject()), Object(Kind.Json(Restarting)));

        Assert.That(kind.ValidateUpdate(Copy(restarting), Copy(restarting)), Is.Empty);
        Assert.That(
            kind.ValidateUpdate(Copy(restarting), Copy(sound)).Single(),
            Does.EndWith("must not be set to 'RestartContainer' for non-sidecar initContainers"));

        JsonObject Object(JsonObject pod)
        {
            var obj = Kind.Json(owner);
            obj["metadata"] = new JsonObject { ["name"] = "n" };

            // A Job's pods do not restart for ever.
            pod["restartPolicy"] = resource == "cronjobs" ? "OnFailure" : "Always";
            pod["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "i" });
            var holder = resource == "cronjobs" ? obj["spec"]!["jobTemplate"]!["spec"]! : obj["spec"] ?? obj;
            holder["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["a"] = "b" } },
                ["spec"] = pod,
            };
            return obj;
        }
    }

    private static JsonObject Copy(JsonObject obj) => obj.DeepClone().AsObject();
}
