using System.Text.Json.Nodes;
using Kube1.ApiServer.Admission.Matching;
using Kube1.ApiServer.Auth;
using Kube1.Cel.Values;

namespace Kube1.ApiServer.Admission.Policies;

/// <summary>
/// What expressions look at, each made when one first asks for it. Shared by all policies that see the write in the same
/// version.
/// </summary>
internal sealed class PolicyInput(
    AdmissionRequest request, MatchedResource seen, VersionedWrite shown, Func<JsonObject?> findNamespace,
    IAuthorizer authorizer)
{
    private readonly RequestAuthorizer _authorizer = new(authorizer, request.User);
    private CelValue _request;
    private CelValue _namespace;

    /// <summary>The write.</summary>
    public AdmissionRequest Write => request;

    /// <summary>The new object; null on delete.</summary>
    public CelValue Object { get; } = JsonViews.Of(shown.Object);

    /// <summary>The stored object; null on create.</summary>
    public CelValue OldObject { get; } = JsonViews.Of(shown.OldObject);

    /// <summary>The request.</summary>
    public CelValue Request => _request.IsSet ? _request : _request = AdmissionVariables.RequestOf(request, seen);

    /// <summary>The authorizer, for the user of the request.</summary>
    public CelValue Authorizer => _authorizer.Value;

    /// <summary>The authorizer's check of what the request is for.</summary>
    public CelValue RequestResource => _authorizer.ResourceOf(request);

    /// <summary>The namespace of the object; null for cluster-scoped ones.</summary>
    public CelValue Namespace => _namespace.IsSet ? _namespace : _namespace = AdmissionVariables.NamespaceOf(findNamespace());
}
