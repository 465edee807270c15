using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Http;

/// <summary>A request for a subresource with what its handler needs; made by the pipeline.</summary>
public abstract class SubresourceRequest
{
    /// <summary>The HTTP request and response.</summary>
    public required HttpContext Http { get; init; }

    /// <summary>What the URL means.</summary>
    public required RequestInfo Info { get; init; }

    /// <summary>The resource.</summary>
    public required ResourceDescriptor Resource { get; init; }

    /// <summary>Who asks.</summary>
    public required UserInfo User { get; init; }

    /// <summary>The cluster's objects.</summary>
    public required IObjectRegistry Objects { get; init; }

    /// <summary>The namespace; null for cluster-scoped resources.</summary>
    public string? Namespace => Resource.Namespaced ? Info.Namespace : null;

    /// <summary>Whether the client asked for dryRun=All.</summary>
    public abstract bool DryRun { get; }

    /// <summary>Reads the body as an object of a schema type ("io.k8s.api.core.v1.Binding"); JSON or YAML.</summary>
    public abstract ValueTask<JsonObject> ReadObjectAsync(string schemaType, CancellationToken cancellationToken);

    /// <summary>Runs mutating, then validating admission on the body of this request; returns the body as mutated.</summary>
    public ValueTask<JsonObject?> AdmitAsync(
        AdmissionOperation operation, JsonObject? obj, JsonObject? old, CancellationToken cancellationToken) =>
        AdmitAsync(operation, obj, old, null, cancellationToken);

    /// <summary>
    /// The same; <paramref name="complete"/> fills in, between the two, what a body may leave out: who changes it sees it
    /// as it came, who judges it as it counts.
    /// </summary>
    public abstract ValueTask<JsonObject?> AdmitAsync(
        AdmissionOperation operation, JsonObject? obj, JsonObject? old, Action<JsonObject>? complete,
        CancellationToken cancellationToken);

    /// <summary>Answers with an object, encoded as the client wants it.</summary>
    public abstract ValueTask WriteAsync(int code, JsonObject obj, CancellationToken cancellationToken);

    /// <summary>Sends the client a Warning header.</summary>
    public abstract void Warn(string text);

    /// <summary>Remarks something for the audit log, under a qualified name.</summary>
    public abstract void Annotate(string key, string value);
}
