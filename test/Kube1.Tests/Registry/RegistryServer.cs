using System.Text.Json.Nodes;
using Kube1.Api.Patches;
using Kube1.Api.Schema;
using Kube1.ApiServer.Registry.Views;
using Kube1.Testing;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Registry;

/// <summary>
/// One API server for tables of objects. Objects are given as merge patches upon the smallest object of their resource,
/// and what is wrong comes back as the causes of the Status, "field: message" each.
/// </summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    // The kind of error is on the wire as a reason, and in words at the beginning of the message.
    private static readonly Dictionary<string, string> Beginnings = new()
    {
        ["FieldValueRequired"] = "Required value",
        ["FieldValueInvalid"] = "Invalid value",
        ["FieldValueTypeInvalid"] = "Invalid value",
        ["FieldValueDuplicate"] = "Duplicate value",
        ["FieldValueNotSupported"] = "Unsupported value",
        ["FieldValueForbidden"] = "Forbidden",
        ["FieldValueTooLong"] = "Too long",
        ["FieldValueTooMany"] = "Too many",
        ["FieldValueNotFound"] = "Not found",
    };

    private readonly TestCluster _cluster;
    private int _names;

    private RegistryServer(TestCluster cluster) => _cluster = cluster;

    public static async Task<RegistryServer> StartAsync() => new(await TestCluster.StartAsync());

    public HttpClient Http => _cluster.Http;

    /// <summary>What is wrong with a new object; nothing is stored.</summary>
    public async Task<IReadOnlyList<string>> CreateAsync(string resource, string patch)
    {
        var (code, body) = await Http.SendAsync(
            "POST", Collection(Find(resource)) + "?dryRun=All", Object(resource, patch).ToJsonString());
        return Causes(code, body);
    }

    /// <summary>A new object as the server would store it.</summary>
    public async Task<JsonObject> DefaultedAsync(string resource, string patch)
    {
        var (code, body) = await Http.SendAsync(
            "POST", Collection(Find(resource)) + "?dryRun=All", Object(resource, patch).ToJsonString());
        Assert.That(code, Is.EqualTo(201), body.ToJsonString());
        return body;
    }

    /// <summary>What the server warns of when it gets a new object.</summary>
    public async Task<IReadOnlyList<string>> WarningsAsync(string resource, string patch)
    {
        using var response = await Http.SendRawAsync(
            "POST", Collection(Find(resource)) + "?dryRun=All", Object(resource, patch).ToJsonString());
        Assert.That((int)response.StatusCode, Is.EqualTo(201), await response.Content.ReadAsStringAsync());
        return response.Headers.TryGetValues("Warning", out var values) ? [.. values] : [];
    }

    /// <summary>Stores an object, patches it, and says what is wrong with the change, which is not stored.</summary>
    public async Task<IReadOnlyList<string>> UpdateAsync(
        string resource, string stored, string change, string subresource = "")
    {
        var descriptor = Find(resource);
        var obj = Object(resource, stored);
        var name = SmallestObjects.NameOf(descriptor.Resource.GroupResource);
        if (name == "swept")
        {
            name = $"swept-{Interlocked.Increment(ref _names)}";
            obj["metadata"]!["name"] = name;
        }

        var (code, created) = await Http.SendAsync("POST", Collection(descriptor), obj.ToJsonString());
        Assert.That(code, Is.EqualTo(201), created.ToJsonString());
        var changed = JsonMergePatch.Apply(created, JsonNode.Parse(change));
        var path = $"{Collection(descriptor)}/{name}{(subresource.Length == 0 ? "" : "/" + subresource)}?dryRun=All";
        var answer = await Http.SendAsync("PUT", path, changed.ToJsonString());
        await Http.SendAsync("DELETE", $"{Collection(descriptor)}/{name}?gracePeriodSeconds=0");
        return Causes(answer.Code, answer.Body);
    }

    /// <summary>The answer to a list with a field selector.</summary>
    public async Task<(int Code, JsonObject Body)> SelectAsync(string resource, string selector) => await Http.SendAsync(
        "GET", $"{Collection(Find(resource))}?fieldSelector={Uri.EscapeDataString(selector)}");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>A resource by its name, in the version that its objects are stored in.</summary>
    public static ResourceDescriptor Find(string resource) => ResourceCatalog.All.First(
        r => r.Resource.Resource == resource && r.Verbs.Contains("watch") && ObjectViewCatalog.For(r) is null);

    public static string Collection(ResourceDescriptor resource)
    {
        var (group, version) = (resource.Resource.Group, resource.Resource.Version);
        var root = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
        return resource.Namespaced
            ? $"{root}/namespaces/default/{resource.Resource.Resource}"
            : $"{root}/{resource.Resource.Resource}";
    }

    private static JsonObject Object(string resource, string patch) => JsonMergePatch.Apply(
        SmallestObjects.Of(Find(resource).Resource.GroupResource), JsonNode.Parse(patch));

    private static IReadOnlyList<string> Causes(int code, JsonObject body)
    {
        if (code is 200 or 201)
        {
            return [];
        }

        Assert.That(code, Is.EqualTo(422), body.ToJsonString());
        var causes = body["details"]!["causes"]!.AsArray();
        foreach (var cause in causes)
        {
            var (reason, message) = ((string)cause!["reason"]!, (string)cause["message"]!);
            Assert.That(message, Does.StartWith(Beginnings[reason]), reason);
        }

        return [.. causes.Select(c => $"{c!["field"]}: {c["message"]}")];
    }
}
