using System.Text.Json.Nodes;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Kube1.Testing;

namespace Kube1.Tests.Registry;

/// <summary>One kind's strategy with short forms for tests: objects are JSON texts.</summary>
internal sealed class Kind(string group, string resource)
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ResourceDescriptor _descriptor =
        ResourceCatalog.All.First(r => r.Resource.Group == group && r.Resource.Resource == resource);

    public static Kind Pods { get; } = new("", "pods");

    public static Kind Services { get; } = new("", "services");

    public static Kind Deployments { get; } = new("apps", "deployments");

    public ResourceStrategy Strategy => StrategyCatalog.For(_descriptor);

    public StrategyContext Context { get; } = new(
        new UserInfo("alice") { Groups = ["team"] },
        ResourceCatalog.All.First(r => r.Resource.Group == group && r.Resource.Resource == resource),
        new NoObjects(), new ManualTime(), new ClusterSettings());

    public static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    public JsonObject Defaulted(string text)
    {
        var obj = Json(text);
        Strategy.Default(obj);
        return obj;
    }

    /// <summary>The errors of a create, "path: text"; the object is defaulted first.</summary>
    public IReadOnlyList<string> Validate(JsonObject obj)
    {
        Strategy.Default(obj);
        Strategy.PrepareForCreate(Context, obj);
        var errors = new FieldErrorList();
        Strategy.Validate(Context, obj, errors);
        return [.. errors.Select(e => e.ToString())];
    }

    public IReadOnlyList<string> Validate(string text) => Validate(Json(text));

    /// <summary>The errors of a change; both are defaulted first.</summary>
    public IReadOnlyList<string> ValidateUpdate(JsonObject obj, JsonObject old)
    {
        Strategy.Default(obj);
        Strategy.Default(old);
        Strategy.PrepareForUpdate(Context, obj, old);
        var errors = new FieldErrorList();
        Strategy.ValidateUpdate(Context, obj, old, errors);
        return [.. errors.Select(e => e.ToString())];
    }

    /// <summary>The cells of a row, wide ones in their places too.</summary>
    public string Row(string text) => string.Join(
        " | ", Strategy.PrintColumns.Select(c => c.Cell(Json(text), new PrintContext(Now))?.ToString() ?? ""));

    public string Header() => string.Join(" | ", Strategy.PrintColumns.Select(c => c.Name + (c.Priority > 0 ? "*" : "")));

    private sealed class NoObjects : IObjectReader
    {
        public T? Get<T>(string? ns, string name) where T : class, IKubernetesKind => null;

        public IEnumerable<T> List<T>(string? ns) where T : class, IKubernetesKind => [];
    }
}
