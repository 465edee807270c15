using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Admission;

/// <summary>The kinds of write that admission tells apart.</summary>
public enum AdmissionOperation
{
    /// <summary>POST</summary>
    Create,

    /// <summary>PUT and PATCH</summary>
    Update,

    /// <summary>DELETE, once for each object of a collection</summary>
    Delete,

    /// <summary>exec, attach, portforward, proxy</summary>
    Connect,
}

/// <summary>A write on its way to the store.</summary>
public sealed class AdmissionRequest
{
    /// <summary>What is done.</summary>
    public required AdmissionOperation Operation { get; init; }

    /// <summary>To which resource.</summary>
    public required ResourceDescriptor Resource { get; init; }

    /// <summary>"status", "binding", …; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The namespace; empty for cluster-scoped resources.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The object's name; empty on create with generateName.</summary>
    public string Name { get; init; } = "";

    /// <summary>Who does it.</summary>
    public required UserInfo User { get; init; }

    /// <summary>The new object, or the subresource's body (Binding, Eviction, PodExecOptions); null on delete.</summary>
    public JsonObject? Object { get; set; }

    /// <summary>The object as stored (its Scale, where that is what is written); null on create.</summary>
    public JsonObject? OldObject { get; init; }

    /// <summary>Nothing will be stored: no side effects.</summary>
    public bool DryRun { get; init; }

    /// <summary>The options of a delete.</summary>
    public V1DeleteOptions? Options { get; init; }

    /// <summary>The cluster's objects.</summary>
    public required IObjectReader Objects { get; init; }

    /// <summary>The HTTP request that this is a write of.</summary>
    internal AdmissionOrigin? Origin { get; init; }

    /// <summary>The end of the write, in validating admission; null where the writer does not tell.</summary>
    internal WriteEnd? End { get; init; }

    /// <summary>Whether this is one object of a collection that is deleted: the request names none.</summary>
    public bool IsOfCollection { get; init; }

    /// <summary>The name that the request tells; empty for the objects of a collection.</summary>
    public string RequestedName => IsOfCollection ? "" : Name;

    /// <summary>The name that refusals tell: that of the object where the request names none.</summary>
    public string NameInErrors
    {
        get
        {
            var metadata = Object?["metadata"];
            string?[] names = [RequestedName, (string?)metadata?["name"], (string?)metadata?["generateName"]];
            return names.FirstOrDefault(name => !string.IsNullOrEmpty(name)) ?? "Unknown";
        }
    }

    /// <summary>Whether a namespace is written, or a part of one.</summary>
    public bool IsOfNamespaces => Resource.Resource is { Group: "", Resource: "namespaces" };

    /// <summary>The namespace that the write is in; that of a namespace is itself. Empty for cluster-scoped resources.</summary>
    public string NamespaceOrOwnName => !IsOfNamespaces ? Namespace
        : Name.Length > 0 || Object is null ? Name
        : ObjectMetadata.Of(Object).Name;

    /// <summary>The versions in which rules may be about the write.</summary>
    internal RequestedForms Forms
    {
        get => field ??= (Origin
            ?? throw new InvalidOperationException("a write without its request is in no version")).FormsOf(this);
        init;
    }

    /// <summary>The second round of mutating admission.</summary>
    public Reinvocation Reinvocation { get; } = new();

    /// <summary>Takes remarks for the audit log; by default those of the HTTP request.</summary>
    public AuditAnnotations? AuditAnnotations { get; init; }

    /// <summary>Takes warnings for the client.</summary>
    public Action<string>? WarningSink { get; init; }

    /// <summary>Sends the client a Warning header.</summary>
    public void Warn(string text) => WarningSink?.Invoke(text);

    /// <summary>
    /// Remarks something for the audit log, "validate.example.com/reason"; false when the key is none or is taken. A
    /// remark that <paramref name="showsBody"/> is kept out of logs that show no bodies.
    /// </summary>
    public bool AddAuditAnnotation(string key, string value, bool showsBody = false) =>
        (AuditAnnotations ?? Origin?.AuditAnnotations)?.TryAdd(key, value, showsBody) ?? false;
}
