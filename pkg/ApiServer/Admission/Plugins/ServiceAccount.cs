using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Gives every pod a ServiceAccount, its pull secrets and the volume with its token, CA and namespace. Mirror pods have
/// none: they show what runs without the API server.
/// </summary>
internal sealed class ServiceAccount(TimeProvider time) : AdmissionPlugin("ServiceAccount")
{
    private const string Default = "default";

    /// <summary>
    /// Pods often come right behind their namespace, before a controller has made its account. Upstream looks ten times in
    /// one to two seconds.
    /// </summary>
    private const int MaxLooks = 30;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => CreatesPod(request)
        || (request.Operation == AdmissionOperation.Update && IsFor(request, "", "pods", "ephemeralcontainers"));

    /// <inheritdoc/>
    public override async ValueTask AdmitAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        for (var look = 1; look < MaxLooks && LacksDefault(request); look++)
        {
            await Task.Delay(BetweenLooks, time, cancellationToken).ConfigureAwait(false);
        }

        Admit(request);
    }

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        if (!CreatesPod(request))
        {
            return;
        }

        if (IsMirror(request.Object!))
        {
            ValidateMirror(request);
            return;
        }

        var spec = Child(request.Object!, "spec");
        if (string.IsNullOrEmpty((string?)spec["serviceAccountName"]))
        {
            spec["serviceAccountName"] = Default;
        }

        spec["serviceAccount"] = (string?)spec["serviceAccountName"];
        var account = Find(request);
        if ((bool?)spec["automountServiceAccountToken"] ?? account.AutomountServiceAccountToken ?? true)
        {
            TokenVolume.Mount(spec);
        }

        if (spec["imagePullSecrets"] is not JsonArray { Count: > 0 } && account.ImagePullSecrets is { Count: > 0 } secrets)
        {
            spec["imagePullSecrets"] = new JsonArray(
                [.. secrets.Select(s => (JsonNode)new JsonObject { ["name"] = s.Name })]);
        }

        Validate(request);
    }

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        if (CreatesPod(request) && IsMirror(request.Object!))
        {
            ValidateMirror(request);
            return;
        }

        var spec = Child(request.Object!, "spec");
        if (string.IsNullOrEmpty((string?)spec["serviceAccountName"]))
        {
            throw Forbidden(request, $"no service account specified for pod {request.Namespace}/{NameOf(request)}");
        }

        var account = Find(request);
        if (!SecretReferences.AreLimited(account))
        {
            return;
        }

        var why = CreatesPod(request)
            ? SecretReferences.Refused(account, spec)
            : SecretReferences.RefusedEphemeral(account, spec);
        if (why is not null)
        {
            throw Forbidden(request, why);
        }
    }

    internal static bool IsMirror(JsonObject pod) =>
        pod["metadata"]?["annotations"] is JsonObject annotations && annotations.ContainsKey("kubernetes.io/config.mirror");

    private static bool LacksDefault(AdmissionRequest request) => CreatesPod(request) && !IsMirror(request.Object!)
        && (string?)request.Object!["spec"]?["serviceAccountName"] is null or "" or Default
        && request.Objects.Get<V1ServiceAccount>(request.Namespace, Default) is null;

    private static void ValidateMirror(AdmissionRequest request)
    {
        var spec = Child(request.Object!, "spec");
        if (!string.IsNullOrEmpty((string?)spec["serviceAccountName"]))
        {
            throw Forbidden(request, "a mirror pod may not reference service accounts");
        }

        if (SecretReferences.Any(spec))
        {
            throw Forbidden(request, "a mirror pod may not reference secrets");
        }

        if (Items(spec["volumes"]).SelectMany(v => Items(v["projected"]?["sources"]))
            .Any(s => s["serviceAccountToken"] is not null))
        {
            throw Forbidden(request, "a mirror pod may not use ServiceAccountToken volume projections");
        }
    }

    private static V1ServiceAccount Find(AdmissionRequest request)
    {
        var name = (string?)request.Object!["spec"]?["serviceAccountName"] ?? "";
        return request.Objects.Get<V1ServiceAccount>(request.Namespace, name)
            ?? throw Forbidden(
                request,
                $"error looking up service account {request.Namespace}/{name}: serviceaccount \"{name}\" not found");
    }
}
