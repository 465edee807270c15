using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Validation;
using Kube1.ApiServer.Http;

namespace Kube1.ApiServer.Auth.Reviews;

/// <summary>What the three access reviews share: from the spec to a question for the authorizer.</summary>
internal static class AccessQuestion
{
    public static V1SubjectAccessReviewStatus Ask(
        IAuthorizer authorizer, UserInfo user, V1ResourceAttributes? resource, V1NonResourceAttributes? path)
    {
        var error = "";
        var decision = authorizer.Authorize(resource is not null
            ? SelectorAttributes.Add(
                new AuthorizationAttributes
                {
                    User = user,
                    Verb = resource.Verb ?? "",
                    ApiGroup = resource.Group ?? "",
                    ApiVersion = string.IsNullOrEmpty(resource.Version) ? "*" : resource.Version,
                    Resource = resource.Resource ?? "",
                    Subresource = resource.Subresource ?? "",
                    Namespace = resource.Namespace ?? "",
                    Name = resource.Name ?? "",
                    IsResourceRequest = true,
                },
                resource, out error)
            : new AuthorizationAttributes { User = user, Verb = path!.Verb ?? "", Path = path.Path ?? "" });
        return new V1SubjectAccessReviewStatus
        {
            Allowed = decision.Allowed,
            Reason = decision.Reason.Length == 0 ? null : decision.Reason,
            EvaluationError = error.Length == 0 ? null : error,
        };
    }

    public static UserInfo UserOf(V1SubjectAccessReviewSpec spec) => new(spec.User ?? "")
    {
        Uid = spec.Uid ?? "",
        Groups = spec.Groups ?? [],
        Extra = (spec.Extra ?? []).ToDictionary(e => e.Key, e => (IReadOnlyList<string>)e.Value, StringComparer.Ordinal),
    };

    /// <summary>
    /// Checks a question as upstream does (k8s.io/kubernetes/pkg/apis/authorization/validation); one about a namespace
    /// may name that namespace only. Throws 422.
    /// </summary>
    public static void Require(
        GroupVersionKind kind, V1ObjectMeta? metadata, V1ResourceAttributes? resource, V1NonResourceAttributes? path,
        V1SubjectAccessReviewSpec? spec, string? ns = null)
    {
        var errors = new FieldErrorList();
        CheckSpec(resource, path, spec, errors);
        CheckMetadata(metadata, ns is not null, errors);
        if (ns is not null)
        {
            CheckNamespace(resource, path, ns, errors);
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(kind, "", errors);
        }
    }

    private static void CheckSpec(
        V1ResourceAttributes? resource, V1NonResourceAttributes? path, V1SubjectAccessReviewSpec? spec,
        FieldErrorList errors)
    {
        var root = FieldPath.Of("spec");
        if (resource is not null && path is not null)
        {
            errors.Invalid(root.Child("nonResourceAttributes"), Shown(path), "cannot be specified in combination with resourceAttributes");
        }

        if (resource is null && path is null)
        {
            errors.Invalid(
                root.Child("resourceAttributes"), null,
                "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        }

        if (spec is not null && string.IsNullOrEmpty(spec.User) && spec.Groups is not { Count: > 0 })
        {
            errors.Invalid(root.Child("user"), spec.User ?? "", "at least one of user or group must be specified");
        }

        SelectorAttributes.Validate(resource, errors);
    }

    // A review has no name: it is asked and forgotten.
    private static void CheckMetadata(V1ObjectMeta? metadata, bool namespaced, FieldErrorList errors)
    {
        var rest = KubeJson.ToJson(metadata ?? new V1ObjectMeta());
        rest.Remove("managedFields");
        if (namespaced)
        {
            rest.Remove("namespace");
        }

        if (rest.Count > 0)
        {
            errors.Invalid(
                FieldPath.Of("metadata"), new VerbatimValue(rest.ToJsonString()),
                namespaced ? "must be empty except for namespace" : "must be empty");
        }
    }

    private static void CheckNamespace(
        V1ResourceAttributes? resource, V1NonResourceAttributes? path, string ns, FieldErrorList errors)
    {
        var root = FieldPath.Of("spec");
        if (resource is not null && (resource.Namespace ?? "") != ns)
        {
            errors.Invalid(
                root.Child("resourceAttributes", "namespace"), resource.Namespace ?? "", "must match metadata.namespace");
        }

        if (path is not null)
        {
            errors.Invalid(
                root.Child("nonResourceAttributes"), Shown(path),
                "disallowed on this kind of request");
        }
    }

    private static VerbatimValue Shown(V1NonResourceAttributes path) =>
        VerbatimValue.Struct(("Path", path.Path ?? ""), ("Verb", path.Verb ?? ""));
}

/// <summary>May this user do that?</summary>
internal sealed class SubjectAccessReviewHandler(IAuthorizer authorizer) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync("io.k8s.api.authorization.v1.SubjectAccessReview", cancellationToken)
            .ConfigureAwait(false);
        var review = KubeJson.Deserialize<V1SubjectAccessReview>(body);
        var spec = review.Spec;
        AccessQuestion.Require(
            V1SubjectAccessReview.GroupVersionKind, review.Metadata, spec.ResourceAttributes, spec.NonResourceAttributes,
            spec);
        review.Status = AccessQuestion.Ask(
            authorizer, AccessQuestion.UserOf(spec), spec.ResourceAttributes, spec.NonResourceAttributes);
        await request.WriteAsync(201, KubeJson.ToJson(review), cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>May I do that? (kubectl auth can-i)</summary>
internal sealed class SelfAccessReviewHandler(IAuthorizer authorizer) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync("io.k8s.api.authorization.v1.SelfSubjectAccessReview", cancellationToken)
            .ConfigureAwait(false);
        var review = KubeJson.Deserialize<V1SelfSubjectAccessReview>(body);
        var spec = review.Spec;
        AccessQuestion.Require(
            V1SelfSubjectAccessReview.GroupVersionKind, review.Metadata, spec.ResourceAttributes,
            spec.NonResourceAttributes, null);
        review.Status = AccessQuestion.Ask(
            authorizer, request.User, spec.ResourceAttributes, spec.NonResourceAttributes);
        await request.WriteAsync(201, KubeJson.ToJson(review), cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>May this user do that in this namespace?</summary>
internal sealed class LocalAccessReviewHandler(IAuthorizer authorizer) : ISubresourceHandler
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(SubresourceRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadObjectAsync("io.k8s.api.authorization.v1.LocalSubjectAccessReview", cancellationToken)
            .ConfigureAwait(false);
        var review = KubeJson.Deserialize<V1LocalSubjectAccessReview>(body);
        var spec = review.Spec;
        AccessQuestion.Require(
            V1LocalSubjectAccessReview.GroupVersionKind, review.Metadata, spec.ResourceAttributes,
            spec.NonResourceAttributes, spec, request.Namespace);
        review.Status = AccessQuestion.Ask(authorizer, AccessQuestion.UserOf(spec), spec.ResourceAttributes, null);
        await request.WriteAsync(201, KubeJson.ToJson(review), cancellationToken).ConfigureAwait(false);
    }
}
