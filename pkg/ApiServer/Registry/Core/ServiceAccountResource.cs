using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>ServiceAccounts: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/service-account-v1/</summary>
internal sealed class ServiceAccountResource : ResourceStrategy
{
    /// <inheritdoc/>
    public override void PrepareForCreate(StrategyContext context, JsonObject obj) => KeepSecretNames(obj);

    /// <inheritdoc/>
    public override void PrepareForUpdate(StrategyContext context, JsonObject obj, JsonObject old) => KeepSecretNames(obj);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
        [
        Columns.Name,
        Columns.CountOf("Secrets", "Secrets that its pods may mount", "secrets") with { Type = "string" },
        Columns.Age,
    ];

    // Of a reference to a secret of the same namespace only the name means anything.
    private static void KeepSecretNames(JsonObject obj)
    {
        foreach (var secret in obj.Items("secrets"))
        {
            foreach (var field in secret.Select(p => p.Key).Where(k => k != "name").ToList())
            {
                secret.Remove(field);
            }
        }
    }
}
