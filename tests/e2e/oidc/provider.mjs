// A provider of OpenID Connect for the tests: `node provider.mjs <port> <redirect URI>`. Everybody signs in with any password.

import { Provider } from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "migasfree",
      client_secret: "between the two of us",
      redirect_uris: [redirect],
    },
  ],
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["preferred_username", "given_name", "family_name", "groups"],
  },
  cookies: { keys: ["of the tests"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      preferred_username: id,
      given_name: "Ana",
      email: `${id}@house.example`,
      email_verified: true,
      groups: ["staff"],
    }),
  }),
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
