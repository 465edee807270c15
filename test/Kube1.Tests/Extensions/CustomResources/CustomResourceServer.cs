using System.Text.Json.Nodes;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Extensions.CustomResources;

/// <summary>A cluster for tests of custom resources, and a definition to begin with.</summary>
internal sealed class CustomResourceServer(TestCluster cluster) : IAsyncDisposable
{
    public const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    public const string Name = "crontabs.stable.example.com";
    public const string Crontabs = "apis/stable.example.com/v1/namespaces/default/crontabs";

    /// <summary>
    /// Two versions with the same schema but for a field that v1beta1 alone has; status and scale are subresources of v1.
    /// </summary>
    public const string Crontab = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
         "metadata":{"name":"crontabs.stable.example.com"},
         "spec":{"group":"stable.example.com","scope":"Namespaced",
          "names":{"plural":"crontabs","singular":"crontab","kind":"CronTab","shortNames":["ct"],"categories":["all"]},
          "versions":[
           {"name":"v1","served":true,"storage":true,
            "schema":{"openAPIV3Schema":{"type":"object","description":"A table of times","properties":{
              "spec":{"type":"object","properties":{
                "cronSpec":{"type":"string","default":"5 0 * * *","description":"When"},
                "image":{"type":"string"},
                "replicas":{"type":"integer"},
                "rate":{"type":"number"},
                "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
                  "items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"port":{"type":"integer"}}}}}},
              "status":{"type":"object","properties":{
                "replicas":{"type":"integer"},"selector":{"type":"string"},
                "conditions":{"type":"array","items":{"type":"object","properties":{
                  "type":{"type":"string"},"status":{"type":"string"}}}}}}}}},
            "subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas",
              "labelSelectorPath":".status.selector"}},
            "selectableFields":[{"jsonPath":".spec.image"}],
            "additionalPrinterColumns":[
              {"name":"Spec","type":"string","description":"The times","jsonPath":".spec.cronSpec"},
              {"name":"Replicas","type":"integer","jsonPath":".spec.replicas"},
              {"name":"Rate","type":"number","jsonPath":".spec.rate","priority":1},
              {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},
              {"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}]},
           {"name":"v1beta1","served":true,"storage":false,"deprecated":true,
            "schema":{"openAPIV3Schema":{"type":"object","properties":{
              "spec":{"type":"object","properties":{
                "cronSpec":{"type":"string"},"image":{"type":"string"},"replicas":{"type":"integer"},
                "old":{"type":"string"}}},
              "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
        """;

    public TestCluster Cluster { get; } = cluster;

    public HttpClient Http => Cluster.Http;

    /// <summary>Starts a cluster that serves the definition.</summary>
    public static async Task<CustomResourceServer> StartAsync(string definition = Crontab)
    {
        var server = new CustomResourceServer(await TestCluster.StartAsync());
        await server.DefineAsync(definition);
        return server;
    }

    /// <summary>Creates a definition and waits until it is established.</summary>
    public async Task DefineAsync(string definition)
    {
        var created = await ExpectAsync(201, "POST", Definitions, definition);
        await WaitForAsync(created.Text("metadata.name"), d => Condition(d, "Established")?.Text("status") == "True");
    }

    /// <summary>The same on any server.</summary>
    public static async Task DefineAsync(HttpClient http, string definition)
    {
        var (code, created) = await http.SendAsync("POST", Definitions, definition);
        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        await using var watch = await WatchStream.OpenAsync(
            http, $"{Definitions}?watch=1&fieldSelector=metadata.name%3D{created.Text("metadata.name")}");
        while (Condition((await watch.NextAsync()).Object, "Established")?.Text("status") != "True")
        {
        }
    }

    /// <summary>Waits until a definition fulfils a condition; a null object stands for one that is gone.</summary>
    public async Task<JsonObject?> WaitForAsync(string name, Func<JsonObject, bool> predicate, bool gone = false)
    {
        await using var watch = await WatchStream.OpenAsync(
            Http, $"{Definitions}?watch=1&fieldSelector=metadata.name%3D{name}");
        while (true)
        {
            var (type, obj) = await watch.NextAsync();
            if (gone ? type == "DELETED" : predicate(obj))
            {
                return gone ? null : obj;
            }
        }
    }

    /// <summary>A condition of a definition; null for none.</summary>
    public static JsonObject? Condition(JsonObject definition, string type) =>
        (definition["status"]?["conditions"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);

    /// <summary>Sends a request and expects this code.</summary>
    public async Task<JsonObject> ExpectAsync(
        int expected, string method, string path, string? body = null, string type = "application/json", string? accept = null)
    {
        var (code, answer) = await Http.SendAsync(method, path, body, type, accept);
        Assert.That(code, Is.EqualTo(expected), answer.ToJsonString());
        return answer;
    }

    /// <summary>A CronTab of v1.</summary>
    public static string Object(string name, string spec = "\"image\":\"a\"", string version = "v1", string metadata = "") =>
        $$$"""{"apiVersion":"stable.example.com/{{{version}}}","kind":"CronTab","metadata":{"name":"{{{name}}}"{{{metadata}}}},"spec":{{{{spec}}}}}""";

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
