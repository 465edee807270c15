namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Decides what a user may do, for the user on whose behalf an expression is evaluated.</summary>
public interface ICelAuthorizer
{
    /// <summary>Decides; an error is part of the decision. May ask a webhook, which is why a check costs so much.</summary>
    CelAccessDecision Authorize(CelAccessRequest request);

    /// <summary>The same authorizer for a service account instead of the user.</summary>
    ICelAuthorizer ForServiceAccount(string serviceAccountNamespace, string name);
}

/// <summary>
/// What an expression asks about: a path that is no resource's, or else resources, of any API version. Nothing that is
/// not set is null but <see cref="Path"/>.
/// </summary>
public sealed record CelAccessRequest
{
    /// <summary>A path such as "/healthz"; null for a resource.</summary>
    public string? Path { get; init; }

    public string Verb { get; init; } = "";

    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>As it was written; one that cannot be parsed demands nothing, and the authorizer is told of it.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>As <see cref="FieldSelector"/>.</summary>
    public string LabelSelector { get; init; } = "";
}

/// <summary>An authorizer's decision.</summary>
/// <param name="Allowed">False for "no opinion" as well.</param>
/// <param name="Reason">Why; may be empty.</param>
/// <param name="Error">What went wrong, or null.</param>
public sealed record CelAccessDecision(bool Allowed, string Reason, string? Error);
