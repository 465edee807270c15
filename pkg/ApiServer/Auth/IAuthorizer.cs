using Kube1.Api.Errors;
using Kube1.Api.Selectors;

namespace Kube1.ApiServer.Auth;

/// <summary>What a request wants to do. For a non-resource request only user, verb and path count.</summary>
public sealed record AuthorizationAttributes
{
    /// <summary>Who asks.</summary>
    public required UserInfo User { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection; lower-case HTTP method for paths.</summary>
    public required string Verb { get; init; }

    /// <summary>The group; empty for core.</summary>
    public string ApiGroup { get; init; } = "";

    /// <summary>The version, "v1".</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>The plural name, "pods".</summary>
    public string Resource { get; init; } = "";

    /// <summary>"status", "log", …; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>The namespace; empty for cluster-scoped resources and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The object's name; empty when the request is for many or creates one.</summary>
    public string Name { get; init; } = "";

    /// <summary>The URL's path.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether the path names a resource.</summary>
    public bool IsResourceRequest { get; init; }

    /// <summary>The field selector of a list or watch, as sent.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>The label selector of a list or watch, as sent.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>The field selector, where whoever asks has read it; null where <see cref="FieldSelector"/> is all.</summary>
    public IReadOnlyList<FieldRequirement>? FieldRequirements { get; init; }

    /// <summary>
    /// The conditions of the field selector. One that cannot be read has none: a request without conditions is for more,
    /// so nobody gains by it.
    /// </summary>
    public IReadOnlyList<FieldRequirement> ReadFieldSelector()
    {
        if (FieldRequirements is not null)
        {
            return FieldRequirements;
        }

        try
        {
            return Api.Selectors.FieldSelector.Parse(FieldSelector).Requirements;
        }
        catch (ApiException)
        {
            return [];
        }
    }
}

/// <summary>Whether a request may go on, and why (for the audit log, and after "cannot …" in the 403 message).</summary>
public readonly record struct AuthorizationDecision(bool Allowed, string Reason);

/// <summary>Decides from state compiled beforehand, so synchronously.</summary>
public interface IAuthorizer
{
    /// <summary>Decides on one request.</summary>
    AuthorizationDecision Authorize(AuthorizationAttributes attributes);
}
