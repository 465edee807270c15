using System.Text.Json.Nodes;
using Kube1.Tests.ApiServer;
using Kube1.Tests.Extensions.Webhooks;

namespace Kube1.Tests.Admission;

/// <summary>An API server behind its HTTPS port, with webhooks beside it, and admission policies of both sorts in it.</summary>
internal sealed class PolicyCluster : IAsyncDisposable
{
    public const string ConfigMaps = "api/v1/namespaces/default/configmaps";
    public const string Deployments = "apis/apps/v1/namespaces/default/deployments";
    public const string Deployment = """{"metadata":{"name":"web","labels":{"a":"b"}},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";

    private const string Group = "apis/admissionregistration.k8s.io/v1/";

    private PolicyCluster(WebhookCluster webhooks) => Webhooks = webhooks;

    public WebhookCluster Webhooks { get; }

    public HttpClient Admin => Webhooks.Admin;

    public static async Task<PolicyCluster> StartAsync() => new(await WebhookCluster.StartAsync());

    public async Task ResetAsync()
    {
        foreach (var sort in new[] { "mutating", "validating" })
        {
            await Admin.SendAsync("DELETE", $"{Group}{sort}admissionpolicies");
            await Admin.SendAsync("DELETE", $"{Group}{sort}admissionpolicybindings");
        }

        await Webhooks.ResetAsync();
        await Admin.SendAsync("DELETE", Deployments);
    }

    /// <summary>
    /// Adds a MutatingAdmissionPolicy of creates and updates of ConfigMaps, unless the spec says otherwise, and binds it.
    /// </summary>
    public async Task MutateAsync(string name, string spec, string binding = "{}")
    {
        var (code, answer) = await SendMutatingAsync(name, spec);
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        await BindAsync("mutating", name, binding);
    }

    /// <summary>The same with one mutation.</summary>
    public Task MutateAsync(string name, string type, string expression, string binding, string spec = "{}")
    {
        var policy = JsonNode.Parse(spec)!.AsObject();
        policy["mutations"] = new JsonArray(Mutation(type, expression));
        return MutateAsync(name, policy.ToJsonString(), binding);
    }

    public static JsonObject Mutation(string type, string expression) => new()
    {
        ["patchType"] = type,
        [type == "JSONPatch" ? "jsonPatch" : "applyConfiguration"] = new JsonObject { ["expression"] = expression },
    };

    public Task<(int Code, JsonObject Body)> SendMutatingAsync(string name, string spec)
    {
        var full = JsonNode.Parse(
            """
            {"reinvocationPolicy":"Never","matchConstraints":{"resourceRules":[
            {"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE","UPDATE"],"resources":["configmaps"]}]}}
            """)!.AsObject();
        return SendAsync("mutating", name, full, spec);
    }

    /// <summary>Adds a ValidatingAdmissionPolicy of everything about ConfigMaps, unless the spec says otherwise, and binds it.</summary>
    public async Task ValidateAsync(string name, string spec, string binding = """{"validationActions":["Deny"]}""")
    {
        var full = JsonNode.Parse(
            """
            {"matchConstraints":{"resourceRules":[
            {"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["configmaps"]}]}}
            """)!.AsObject();
        var (code, answer) = await SendAsync("validating", name, full, spec);
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
        await BindAsync("validating", name, binding);
    }

    /// <summary>The member matchConstraints with one rule.</summary>
    public static string Constraints(
        string group, string version, string resources, string operations = "CREATE", string policy = "Equivalent") =>
        $$"""
        "matchConstraints":{"matchPolicy":"{{policy}}","resourceRules":[{"apiGroups":["{{group}}"],"apiVersions":["{{version}}"],"operations":["{{operations}}"],"resources":["{{resources}}"]}]}
        """;

    public Task<(int Code, JsonObject Body)> CreateAsync(string name, string data = "d", string labels = "") =>
        Admin.SendAsync("POST", ConfigMaps, ApiTestClient.ConfigMap(name, data, labels));

    public async ValueTask DisposeAsync() => await Webhooks.DisposeAsync();

    private Task<(int Code, JsonObject Body)> SendAsync(string sort, string name, JsonObject full, string spec)
    {
        foreach (var (key, value) in JsonNode.Parse(spec)!.AsObject())
        {
            full[key] = value?.DeepClone();
        }

        var policy = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = full };
        return Admin.SendAsync("POST", $"{Group}{sort}admissionpolicies", policy.ToJsonString());
    }

    private async Task BindAsync(string sort, string name, string spec)
    {
        var binding = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = JsonNode.Parse(spec) };
        binding["spec"]!["policyName"] = name;
        var (code, answer) = await Admin.SendAsync("POST", $"{Group}{sort}admissionpolicybindings", binding.ToJsonString());
        Assert.That(code, Is.EqualTo(201), answer.ToJsonString());
    }
}
