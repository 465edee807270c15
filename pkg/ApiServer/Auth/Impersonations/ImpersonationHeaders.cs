using Kube1.Api.Errors;
using Kube1.Api.Json;
using Microsoft.AspNetCore.Http;

namespace Kube1.ApiServer.Auth.Impersonations;

/// <summary>The headers Impersonate-User, -Uid, -Group and -Extra-*, taken out of a request.</summary>
internal static class ImpersonationHeaders
{
    private const string User = "Impersonate-User";
    private const string Uid = "Impersonate-Uid";
    private const string Group = "Impersonate-Group";
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <summary>
    /// The user asked for, as the headers say it; null when there are none. What comes after must not know of them, so
    /// they go. Throws 400 for headers that name no user.
    /// </summary>
    public static UserInfo? Take(IHeaderDictionary headers)
    {
        var asked = new UserInfo(headers[User] is [{ } name, ..] ? name : "")
        {
            Uid = headers[Uid] is [{ } uid, ..] ? uid : "",
            Groups = [.. headers[Group].OfType<string>()],
            Extra = ExtraHeaders.Read(headers, [ExtraPrefix]),
        };
        if (asked.Name.Length == 0)
        {
            return asked.Uid.Length == 0 && asked.Groups.Count == 0 && asked.Extra.Count == 0
                ? null
                : throw ApiErrors.BadRequest($"requested {Describe(asked)} without impersonating a user name");
        }

        headers.Remove(User);
        headers.Remove(Uid);
        headers.Remove(Group);
        ExtraHeaders.Remove(headers, [ExtraPrefix]);
        return asked;
    }

    /// <summary>As Go prints the struct.</summary>
    private static string Describe(UserInfo user)
    {
        var extra = user.Extra.Count == 0
            ? "map[string][]string(nil)"
            : "map[string][]string{" + string.Join(", ", user.Extra.OrderBy(e => e.Key, StringComparer.Ordinal)
                .Select(e => $"{GoText.Quote(e.Key)}:{Texts(e.Value)}")) + "}";
        return $"&user.DefaultInfo{{Name:\"\", UID:{GoText.Quote(user.Uid)}, Groups:{Texts(user.Groups)}, Extra:{extra}}}";
    }

    private static string Texts(IReadOnlyList<string> texts) => texts.Count == 0
        ? "[]string(nil)"
        : "[]string{" + string.Join(", ", texts.Select(GoText.Quote)) + "}";
}
